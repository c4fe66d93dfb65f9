"""Builds one ONNX graph, node by node, with the same bytes every time. Independent of any model."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from onnx import ModelProto, NodeProto, TensorProto, ValueInfoProto, checker, helper, numpy_helper

OPSET = 20  # the first with Gelu
IR_VERSION = 9

Dim = int | str  # a name is a size known only when the graph runs


class Graph:
    """Values are named by strings; `op` adds a node and gives the name of its only output."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._nodes: list[NodeProto] = []
        self._initializers: list[TensorProto] = []
        self._inputs: list[ValueInfoProto] = []
        self._outputs: list[ValueInfoProto] = []
        self._known: dict[object, str] = {}

    def input(self, name: str, shape: Sequence[Dim], kind: int = TensorProto.FLOAT) -> str:
        self._inputs.append(helper.make_tensor_value_info(name, kind, shape))
        return name

    def output(self, name: str, value: str, shape: Sequence[Dim]) -> None:
        self._nodes.append(helper.make_node("Identity", [value], [name]))
        self._outputs.append(helper.make_tensor_value_info(name, TensorProto.FLOAT, shape))

    def op(self, kind: str, *inputs: str, **attributes: Any) -> str:
        output = f"v{len(self._nodes)}"
        self._nodes.append(helper.make_node(kind, list(inputs), [output], **attributes))
        return output

    def constant(self, values: NDArray[np.generic]) -> str:
        key = ("constant", values.dtype.str, values.shape, values.tobytes())
        if key not in self._known:
            name = f"c{len(self._initializers)}"
            self._initializers.append(numpy_helper.from_array(values, name))
            self._known[key] = name
        return self._known[key]

    def ints(self, *values: int) -> str:
        return self.constant(np.array(values, np.int64))

    def number(self, value: float) -> str:
        return self.constant(np.array(value, np.float32))

    def weight(self, name: str, shape: Sequence[int]) -> str:
        """A tensor of the base, fp16, provided at run time as external data called `name`; here fp32."""
        key = ("weight", name)
        if key not in self._known:
            tensor = TensorProto(name=name, data_type=TensorProto.FLOAT16, dims=shape)
            tensor.data_location = TensorProto.EXTERNAL
            tensor.external_data.add(key="location", value=name)
            self._initializers.append(tensor)
            self._known[key] = self.op("Cast", name, to=TensorProto.FLOAT)
        return self._known[key]

    def model(self, metadata: Mapping[str, str] | None = None) -> ModelProto:
        graph = helper.make_graph(self._nodes, self._name, self._inputs, self._outputs, self._initializers)
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", OPSET)], ir_version=IR_VERSION)
        model.producer_name = "orthoplex"
        helper.set_model_props(model, dict(metadata or {}))
        return model


def check(model: ModelProto) -> None:
    """Types and shapes of the whole graph, as far as they follow without weights. onnx.checker's errors."""
    bare = ModelProto()
    bare.CopyFrom(model)
    for tensor in bare.graph.initializer:
        if tensor.data_location == TensorProto.EXTERNAL:
            bare.graph.input.append(helper.make_tensor_value_info(tensor.name, tensor.data_type, list(tensor.dims)))
    kept = [tensor for tensor in bare.graph.initializer if tensor.data_location != TensorProto.EXTERNAL]
    del bare.graph.initializer[:]
    bare.graph.initializer.extend(kept)
    checker.check_model(bare, full_check=True)
