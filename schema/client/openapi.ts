// Generated from schema/openapi.json by `npm run x -- client`. Not edited by hand.

export interface paths {
    "/api/download/models/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Civitai: download a version
         * @description Redirects to the version's own download. `type`, `format` and `token` are read over.
         */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Where the file is */
                302: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                /** @description A refusal */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["CivitaiError"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/model-versions/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Civitai: one version
         * @description By its number, or by our id (ver_...).
         */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description The version */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["CivitaiVersion"];
                    };
                };
                /** @description A refusal */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["CivitaiError"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/model-versions/by-hash": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Civitai: the versions of many files */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["CivitaiHashes"];
                };
            };
            responses: {
                /** @description Those that are known, in the order asked */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["CivitaiVersion"][];
                    };
                };
                /** @description A refusal */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["CivitaiError"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/model-versions/by-hash/{hash}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Civitai: the version of a file */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    hash: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description The version */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["CivitaiVersion"];
                    };
                };
                /** @description A refusal */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["CivitaiError"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/model-versions/by-hash/ids": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Civitai: the version ids of many files */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["CivitaiManyHashes"];
                };
            };
            responses: {
                /** @description Those that are known, in the order asked */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["CivitaiHashNumber"][];
                    };
                };
                /** @description A refusal */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["CivitaiError"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/model-versions/mini/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Civitai: one version in short form */
        get: {
            parameters: {
                query?: {
                    /** @description The one file of a version has the version's number */
                    modelFileId?: number;
                };
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description The version */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["CivitaiMini"];
                    };
                };
                /** @description A refusal */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["CivitaiError"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/models": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Civitai: models */
        get: {
            parameters: {
                query?: {
                    /** @description Bases by id */
                    baseModels?: string | string[];
                    cursor?: string;
                    limit?: number;
                    /** @description true: every rating; else only general */
                    nsfw?: "true" | "false";
                    period?: "AllTime";
                    query?: string;
                    /** @description Most Downloaded counts uses. Without it: relevance with query, else Highest Rated */
                    sort?: "Highest Rated" | "Most Downloaded" | "Newest";
                    tag?: string;
                    /** @description Everything here is a LORA; other types find nothing */
                    types?: string | string[];
                    username?: string;
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description A page; the last has no nextCursor */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["CivitaiModels"];
                    };
                };
                /** @description A refusal */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["CivitaiError"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/models/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Civitai: one model
         * @description By its number, or by our id (adp_...).
         */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description The model */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["CivitaiModel"];
                    };
                };
                /** @description A refusal */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["CivitaiError"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/openai/v1/images/generations": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * OpenAI: images.generate
         * @description Waits for the pictures. With `stream: true`: server-sent events, partial images first.
         */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["OpenAiImageCreate"];
                };
            };
            responses: {
                /** @description The pictures */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["OpenAiImages"];
                        "text/event-stream": components["schemas"]["ServerSentEvent"];
                    };
                };
                /** @description A refusal */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/openai/v1/models": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** OpenAI: models.list */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Bases, adapters and mixes */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["OpenAiModels"];
                    };
                };
                /** @description A refusal */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/openai/v1/models/{model}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * OpenAI: models.retrieve
         * @description A name with a slash is one part of the address: owner%2Fname.
         */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    model: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description The model */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["OpenAiModel"];
                    };
                };
                /** @description A refusal */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/replicate/v1/account": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Replicate: accounts.current */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Your account */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ReplicateAccount"];
                    };
                };
                /** @description A refusal */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/replicate/v1/files": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Replicate: files.list */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description All files, newest first */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            next: string | null;
                            previous: string | null;
                            results: components["schemas"]["ReplicateFile"][];
                        };
                    };
                };
                /** @description A refusal */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        /** Replicate: files.create */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "multipart/form-data": {
                        /** Format: binary */
                        content: string;
                        filename?: string;
                        /** @description A JSON object */
                        metadata?: string;
                        type?: string;
                    };
                };
            };
            responses: {
                /** @description The file */
                201: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ReplicateFile"];
                    };
                };
                /** @description A refusal */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/replicate/v1/files/{file}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Replicate: files.get */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    /** @description Id of kind upl */
                    file: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description The file */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ReplicateFile"];
                    };
                };
                /** @description A refusal */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        /** Replicate: files.delete */
        delete: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    /** @description Id of kind upl */
                    file: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description It is gone */
                204: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                /** @description A refusal */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/replicate/v1/hardware": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Replicate: hardware.list */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description One entry: runners choose */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ReplicateHardware"][];
                    };
                };
                /** @description A refusal */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/replicate/v1/models": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Replicate: models.list */
        get: {
            parameters: {
                query?: {
                    cursor?: string;
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description A page, bases first */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            next: string | null;
                            previous: string | null;
                            results: components["schemas"]["ReplicateModel"][];
                        };
                    };
                };
                /** @description A refusal */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        /** Replicate: models.create */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["ReplicateModelCreate"];
                };
            };
            responses: {
                /** @description A draft adapter without a version */
                201: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ReplicateModel"];
                    };
                };
                /** @description A refusal */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/replicate/v1/models/{owner}/{name}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Replicate: models.get */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    name: string;
                    owner: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description The model */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ReplicateModel"];
                    };
                };
                /** @description A refusal */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/replicate/v1/models/{owner}/{name}/predictions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Replicate: predictions.create with a model */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    name: string;
                    owner: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["ReplicateModelPredictionCreate"];
                };
            };
            responses: {
                /** @description The prediction */
                201: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ReplicatePrediction"];
                    };
                };
                /** @description A refusal */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/replicate/v1/models/{owner}/{name}/versions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Replicate: models.versions.list */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    name: string;
                    owner: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description All versions, newest first */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            next: string | null;
                            previous: string | null;
                            results: components["schemas"]["ReplicateVersion"][];
                        };
                    };
                };
                /** @description A refusal */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/replicate/v1/models/{owner}/{name}/versions/{version}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Replicate: models.versions.get */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    name: string;
                    owner: string;
                    version: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description The version */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ReplicateVersion"];
                    };
                };
                /** @description A refusal */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/replicate/v1/models/{owner}/{name}/versions/{version}/trainings": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Replicate: trainings.create
         * @description On a base: {owner} is bases, {name} and {version} its id. The destination becomes a draft adapter of yours.
         */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    name: string;
                    owner: string;
                    version: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["ReplicateTrainingCreate"];
                };
            };
            responses: {
                /** @description The training */
                201: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ReplicateTraining"];
                    };
                };
                /** @description A refusal */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/replicate/v1/predictions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Replicate: predictions.list */
        get: {
            parameters: {
                query?: {
                    cursor?: string;
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description A page, newest first */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            next: string | null;
                            previous: string | null;
                            results: components["schemas"]["ReplicatePrediction"][];
                        };
                    };
                };
                /** @description A refusal */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        /**
         * Replicate: predictions.create with a version
         * @description `Prefer: wait=N` holds the answer until the prediction ends, up to 60 s.
         */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["ReplicatePredictionCreate"];
                };
            };
            responses: {
                /** @description The prediction */
                201: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ReplicatePrediction"];
                    };
                };
                /** @description A refusal */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/replicate/v1/predictions/{prediction}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Replicate: predictions.get */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    /** @description Id of kind job */
                    prediction: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description The prediction */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ReplicatePrediction"];
                    };
                };
                /** @description A refusal */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/replicate/v1/predictions/{prediction}/cancel": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Replicate: predictions.cancel
         * @description One that has ended already is answered as it is.
         */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    /** @description Id of kind job */
                    prediction: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description The prediction */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ReplicatePrediction"];
                    };
                };
                /** @description A refusal */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/replicate/v1/trainings": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Replicate: trainings.list */
        get: {
            parameters: {
                query?: {
                    cursor?: string;
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description A page, newest first */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            next: string | null;
                            previous: string | null;
                            results: components["schemas"]["ReplicateTraining"][];
                        };
                    };
                };
                /** @description A refusal */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/replicate/v1/trainings/{training}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Replicate: trainings.get */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    /** @description Id of kind job */
                    training: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description The training */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ReplicateTraining"];
                    };
                };
                /** @description A refusal */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/replicate/v1/trainings/{training}/cancel": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Replicate: trainings.cancel */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    /** @description Id of kind job */
                    training: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description The training */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ReplicateTraining"];
                    };
                };
                /** @description A refusal */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/replicate/v1/webhooks/default/secret": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Replicate: webhooks.default.secret */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description What webhooks of predictions and trainings are signed with */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["DefaultSecret"];
                    };
                };
                /** @description A refusal */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/runner/v1/bases": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Publish a base
         * @description For operators' runners. A description never changes; the same one again is accepted.
         */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["BaseToPublish"];
                };
            };
            responses: {
                /** @description Published */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["BasePublished"];
                    };
                };
                /** @description A refusal */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/runner/v1/deregister": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Deregister a runner */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["RunnerDeregister"];
                };
            };
            responses: {
                /** @description Done */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": Record<string, never>;
                    };
                };
                /** @description A refusal */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/runner/v1/lease": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Lease a batch of jobs (long poll) */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["LeaseRequest"];
                };
            };
            responses: {
                /** @description Done */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["LeaseReply"];
                    };
                };
                /** @description A refusal */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/runner/v1/leases/{lease}/heartbeat": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Extend a lease and report progress */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    /** @description Id of kind lse */
                    lease: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["Heartbeat"];
                };
            };
            responses: {
                /** @description Done */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["HeartbeatReply"];
                    };
                };
                /** @description A refusal */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/runner/v1/leases/{lease}/release": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Release the job */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    /** @description Id of kind lse */
                    lease: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["Release"];
                };
            };
            responses: {
                /** @description Done */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ReleaseReply"];
                    };
                };
                /** @description A refusal */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/runner/v1/leases/{lease}/settle": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** End the run */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    /** @description Id of kind lse */
                    lease: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["Settle"];
                };
            };
            responses: {
                /** @description Done */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["SettleReply"];
                    };
                };
                /** @description A refusal */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/runner/v1/leases/{lease}/uploads": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Announce an output */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    /** @description Id of kind lse */
                    lease: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["LeaseUpload"];
                };
            };
            responses: {
                /** @description Done */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["LeaseUploadReply"];
                    };
                };
                /** @description A refusal */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/runner/v1/register": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Register a runner */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["RunnerRegister"];
                };
            };
            responses: {
                /** @description Done */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["RunnerRegistered"];
                    };
                };
                /** @description A refusal */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/account": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Get your account */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Your account */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Account"];
                    };
                };
                /** @description A refusal */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        /**
         * Delete your account
         * @description At once and for good: sessions, keys, jobs, pictures, drafts, files, likes, follows and comments. What you published is withdrawn; its name, title, slot and your handle stay as a tombstone, and nobody gets them again. Reports, appeals and the moderators' log are kept.
         */
        delete: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["AccountDelete"];
                };
            };
            responses: {
                /** @description Deleted */
                204: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                /** @description A refusal */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/account/email": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Change your email address
         * @description Sends a link to the new address. The present one stays until that link is followed.
         */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["EmailChange"];
                };
            };
            responses: {
                /** @description The email is on its way */
                202: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["EmailSent"];
                    };
                };
                /** @description A refusal */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/account/email/confirm": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Confirm your new email address */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["EmailConfirm"];
                };
            };
            responses: {
                /** @description The address is changed and verified */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["EmailConfirmed"];
                    };
                };
                /** @description A refusal */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/account/export": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Export your data
         * @description Everything that is kept about you, as one JSON document. Its last field is `complete`; a document without it was cut off.
         */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description The document, as an attachment */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            [key: string]: unknown;
                        };
                    };
                };
                /** @description A refusal */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/account/feed": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List what the people you follow have published */
        get: {
            parameters: {
                query?: {
                    cursor?: string;
                    limit?: number;
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description A page of adapters, newest first */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            items: components["schemas"]["Adapter"][];
                            next_cursor: string | null;
                        };
                    };
                };
                /** @description A refusal */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/account/likes": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List what you like */
        get: {
            parameters: {
                query?: {
                    cursor?: string;
                    limit?: number;
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description A page of likes, newest first */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            items: components["schemas"]["Liked"][];
                            next_cursor: string | null;
                        };
                    };
                };
                /** @description A refusal */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/account/notifications": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List your notifications */
        get: {
            parameters: {
                query?: {
                    cursor?: string;
                    limit?: number;
                    unread?: "true";
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description A page of notifications, newest first */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["NotificationPage"];
                    };
                };
                /** @description A refusal */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/account/notifications/read": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Mark notifications as read */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["NotificationsRead"];
                };
            };
            responses: {
                /** @description How many are unread now */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["UnreadCount"];
                    };
                };
                /** @description A refusal */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/account/passkeys": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List your passkeys */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Your passkeys, oldest first */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            items: components["schemas"]["Passkey"][];
                        };
                    };
                };
                /** @description A refusal */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/account/passkeys/{passkey}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** Remove a passkey */
        delete: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    passkey: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Removed */
                204: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                /** @description A refusal */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        options?: never;
        head?: never;
        /** Rename a passkey */
        patch: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    passkey: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["PasskeyPatch"];
                };
            };
            responses: {
                /** @description The passkey */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Passkey"];
                    };
                };
                /** @description A refusal */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        trace?: never;
    };
    "/v1/account/password": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Change your password
         * @description Signs out every other session. An account without a password gets one, within an hour of its sign-in.
         */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["PasswordChange"];
                };
            };
            responses: {
                /** @description Changed */
                204: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                /** @description A refusal */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/account/profile": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        /**
         * Change your profile
         * @description A handle never changes: it stands in every `owner/name` and in the recipes of pictures.
         */
        patch: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["ProfilePatch"];
                };
            };
            responses: {
                /** @description Your account */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Account"];
                    };
                };
                /** @description A refusal */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        trace?: never;
    };
    "/v1/account/sessions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List your sessions */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Your sessions, last seen first */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            items: components["schemas"]["AccountSession"][];
                        };
                    };
                };
                /** @description A refusal */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        /**
         * Sign out everywhere
         * @description Ends this session too. API keys go on until they are revoked.
         */
        delete: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Signed out */
                204: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                /** @description A refusal */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/account/sessions/{session}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** End one session */
        delete: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    session: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Ended */
                204: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                /** @description A refusal */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/account/verification": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Resend the verification email */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description The email is on its way */
                202: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["EmailSent"];
                    };
                };
                /** @description A refusal */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/adapters": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Search the catalog
         * @description Filters of one facet widen it (but `allows` and `tag_match=all`), filters of different facets narrow the list. Walking all pages shows every adapter that passes all the time and whose sort key does not move exactly once, at any page size.
         */
        get: {
            parameters: {
                query?: {
                    /** @description What the licence must allow, comma separated or repeated; all of them */
                    allows?: string | string[];
                    /** @description Bases, comma separated or repeated; any of them */
                    base?: string | string[];
                    /** @description Class words, comma separated or repeated; any of them */
                    class?: string | string[];
                    /** @description owner/name, comma separated or repeated: only adapters of the same base that share no column with any of these */
                    composes_with?: string | string[];
                    /** @description next_cursor of a page of the same filters and order */
                    cursor?: string;
                    /** @description SPDX ids, comma separated or repeated; any of them */
                    licence?: string | string[];
                    limit?: number;
                    /** @description Owners, comma separated or repeated; any of them. Your own handle alone lists drafts and private entries too */
                    owner?: string | string[];
                    /** @description Words; an adapter must have each of them, or one that begins so */
                    q?: string;
                    /** @description The ratings to show, comma separated or repeated. Without it: general, and what your account shows */
                    rating?: string | string[];
                    /** @description Slots of the one base that is given */
                    slot?: string | string[];
                    /** @description A class of slots of the one base that is given */
                    slot_class?: number;
                    /** @description Default: relevance with q, else newest */
                    sort?: "relevance" | "trending" | "newest" | "most_used" | "most_liked" | "name";
                    /** @description Tags, comma separated or repeated; any of them, or all with `tag_match` */
                    tag?: string | string[];
                    /** @description Whether an adapter must have `any` of the tags (the default) or `all` */
                    tag_match?: "any" | "all";
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description A page of adapters */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["AdapterPage"];
                    };
                };
                /** @description What the ETag in If-None-Match names is still the answer */
                304: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                /** @description A refusal */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        /** Create a draft adapter */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["AdapterCreate"];
                };
            };
            responses: {
                /** @description The draft */
                201: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Adapter"];
                    };
                };
                /** @description A refusal */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/adapters/{owner}/{name}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Get an adapter with its versions */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    name: string;
                    /** @description An owner's public name */
                    owner: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description The adapter */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["AdapterWithVersions"];
                    };
                };
                /** @description A refusal */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        /** Update an adapter's texts */
        patch: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    name: string;
                    /** @description An owner's public name */
                    owner: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["AdapterPatch"];
                };
            };
            responses: {
                /** @description The adapter */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Adapter"];
                    };
                };
                /** @description A refusal */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        trace?: never;
    };
    "/v1/adapters/{owner}/{name}/comments": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Comments, newest first, each with its newest answers */
        get: {
            parameters: {
                query?: {
                    cursor?: string;
                    limit?: number;
                };
                header?: never;
                path: {
                    name: string;
                    /** @description An owner's public name */
                    owner: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description A page of comments */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            items: components["schemas"]["Comment"][];
                            next_cursor: string | null;
                        };
                    };
                };
                /** @description A refusal */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        /** Write a comment, or answer one */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    name: string;
                    /** @description An owner's public name */
                    owner: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["CommentCreate"];
                };
            };
            responses: {
                /** @description The comment */
                201: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Comment"];
                    };
                };
                /** @description A refusal */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/adapters/{owner}/{name}/like": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Get whether you like it */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    name: string;
                    /** @description An owner's public name */
                    owner: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Your like, and how many there are */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Like"];
                    };
                };
                /** @description A refusal */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        /** Like */
        put: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    name: string;
                    /** @description An owner's public name */
                    owner: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Your like, and how many there are */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Like"];
                    };
                };
                /** @description A refusal */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        post?: never;
        /** Remove your like */
        delete: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    name: string;
                    /** @description An owner's public name */
                    owner: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Your like, and how many there are */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Like"];
                    };
                };
                /** @description A refusal */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/adapters/{owner}/{name}/remixes": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Published compositions with this adapter */
        get: {
            parameters: {
                query?: {
                    cursor?: string;
                    limit?: number;
                };
                header?: never;
                path: {
                    name: string;
                    /** @description An owner's public name */
                    owner: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description A page of compositions, newest first */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            items: components["schemas"]["Mix"][];
                            next_cursor: string | null;
                        };
                    };
                };
                /** @description A refusal */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/adapters/{owner}/{name}/slot": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Reserve the adapter's slot */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    name: string;
                    /** @description An owner's public name */
                    owner: string;
                };
                cookie?: never;
            };
            requestBody?: {
                content: {
                    "application/json": components["schemas"]["SlotRequest"];
                };
            };
            responses: {
                /** @description The slot */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["SlotReservation"];
                    };
                };
                /** @description A refusal */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/adapters/{owner}/{name}/statistics": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Uses, downloads and likes of the last 30 days */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    name: string;
                    /** @description An owner's public name */
                    owner: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description The numbers */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["AdapterStatistics"];
                    };
                };
                /** @description A refusal */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/adapters/{owner}/{name}/used-with": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List the adapters that this one is most often composed with */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    name: string;
                    /** @description An owner's public name */
                    owner: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Most compositions first */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            items: components["schemas"]["UsedWith"][];
                        };
                    };
                };
                /** @description A refusal */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/adapters/{owner}/{name}/versions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Create a draft version from an uploaded file */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    name: string;
                    /** @description An owner's public name */
                    owner: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["VersionCreate"];
                };
            };
            responses: {
                /** @description The draft version */
                201: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Version"];
                    };
                };
                /** @description A refusal */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/adapters/{owner}/{name}/withdraw": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Withdraw an adapter from the catalog */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    name: string;
                    /** @description An owner's public name */
                    owner: string;
                };
                cookie?: never;
            };
            requestBody?: {
                content: {
                    "application/json": components["schemas"]["Reason"];
                };
            };
            responses: {
                /** @description The adapter */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Adapter"];
                    };
                };
                /** @description A refusal */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/adapters/facets": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Count the catalog by facet */
        get: {
            parameters: {
                query?: {
                    /** @description What the licence must allow, comma separated or repeated; all of them */
                    allows?: string | string[];
                    /** @description Bases, comma separated or repeated; any of them */
                    base?: string | string[];
                    /** @description Class words, comma separated or repeated; any of them */
                    class?: string | string[];
                    /** @description owner/name, comma separated or repeated: only adapters of the same base that share no column with any of these */
                    composes_with?: string | string[];
                    /** @description Which facets to count; without it all of them */
                    facet?: string | string[];
                    /** @description SPDX ids, comma separated or repeated; any of them */
                    licence?: string | string[];
                    /** @description Owners, comma separated or repeated; any of them. Your own handle alone lists drafts and private entries too */
                    owner?: string | string[];
                    /** @description Only values that begin so; needs exactly one facet */
                    prefix?: string;
                    /** @description Words; an adapter must have each of them, or one that begins so */
                    q?: string;
                    /** @description The ratings to show, comma separated or repeated. Without it: general, and what your account shows */
                    rating?: string | string[];
                    /** @description Slots of the one base that is given */
                    slot?: string | string[];
                    /** @description A class of slots of the one base that is given */
                    slot_class?: number;
                    /** @description Tags, comma separated or repeated; any of them, or all with `tag_match` */
                    tag?: string | string[];
                    /** @description Whether an adapter must have `any` of the tags (the default) or `all` */
                    tag_match?: "any" | "all";
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description The facets */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["FacetList"];
                    };
                };
                /** @description What the ETag in If-None-Match names is still the answer */
                304: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                /** @description A refusal */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/appeals": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List your appeals */
        get: {
            parameters: {
                query?: {
                    cursor?: string;
                    limit?: number;
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Your appeals, newest first */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            items: components["schemas"]["Appeal"][];
                            next_cursor: string | null;
                        };
                    };
                };
                /** @description A refusal */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        /**
         * Appeal a moderation decision
         * @description Once for each decision. Also open to a suspended account; only in a session.
         */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["AppealCreate"];
                };
            };
            responses: {
                /** @description The appeal */
                201: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Appeal"];
                    };
                };
                /** @description A refusal */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/auth-methods": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List the sign-in methods of this server */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description What this server is set up for */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["AuthMethods"];
                    };
                };
                /** @description A refusal */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/bases": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List the bases */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description All bases */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            items: components["schemas"]["BaseWithSlots"][];
                        };
                    };
                };
                /** @description A refusal */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/bases/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Get one base */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description The base */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["BaseWithSlots"];
                    };
                };
                /** @description A refusal */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/collections": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List collections */
        get: {
            parameters: {
                query?: {
                    /** @description owner/name */
                    adapter?: string;
                    cursor?: string;
                    limit?: number;
                    /** @description An owner's public name */
                    owner?: string;
                    sort?: "newest" | "updated";
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description A page of collections */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            items: components["schemas"]["Collection"][];
                            next_cursor: string | null;
                        };
                    };
                };
                /** @description A refusal */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        /** Create a collection */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["CollectionCreate"];
                };
            };
            responses: {
                /** @description The collection, empty */
                201: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Collection"];
                    };
                };
                /** @description A refusal */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/collections/{owner}/{name}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Get a collection with its first adapters, and whether they compose exactly */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    name: string;
                    /** @description An owner's public name */
                    owner: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description The collection */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["CollectionWithItems"];
                    };
                };
                /** @description A refusal */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        /** Delete a collection; the adapters in it stay */
        delete: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    name: string;
                    /** @description An owner's public name */
                    owner: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Deleted */
                204: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                /** @description A refusal */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        options?: never;
        head?: never;
        /** Update a collection's texts and visibility */
        patch: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    name: string;
                    /** @description An owner's public name */
                    owner: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["CollectionPatch"];
                };
            };
            responses: {
                /** @description The collection */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Collection"];
                    };
                };
                /** @description A refusal */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        trace?: never;
    };
    "/v1/collections/{owner}/{name}/items": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List the adapters of a collection, in its order */
        get: {
            parameters: {
                query?: {
                    cursor?: string;
                    limit?: number;
                };
                header?: never;
                path: {
                    name: string;
                    /** @description An owner's public name */
                    owner: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description A page of adapters */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            items: components["schemas"]["CollectionItem"][];
                            next_cursor: string | null;
                        };
                    };
                };
                /** @description A refusal */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/collections/{owner}/{name}/items/{adapter_owner}/{adapter_name}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /** Put an adapter in, or change its note and place */
        put: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    adapter_name: string;
                    /** @description An owner's public name */
                    adapter_owner: string;
                    name: string;
                    /** @description An owner's public name */
                    owner: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["CollectionItemPut"];
                };
            };
            responses: {
                /** @description The adapter in its place */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["CollectionItem"];
                    };
                };
                /** @description A refusal */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        post?: never;
        /** Remove an adapter from a collection */
        delete: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    adapter_name: string;
                    /** @description An owner's public name */
                    adapter_owner: string;
                    name: string;
                    /** @description An owner's public name */
                    owner: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description It is not in the collection */
                204: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                /** @description A refusal */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/comments/{comment}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** Delete your comment; its answers stay */
        delete: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    /** @description Id of kind cmt */
                    comment: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Deleted */
                204: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                /** @description A refusal */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        options?: never;
        head?: never;
        /** Change your comment, within 15 minutes */
        patch: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    /** @description Id of kind cmt */
                    comment: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["CommentPatch"];
                };
            };
            responses: {
                /** @description The comment */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Comment"];
                    };
                };
                /** @description A refusal */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        trace?: never;
    };
    "/v1/comments/{comment}/hide": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Hide a comment on your adapter or mix */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    /** @description Id of kind cmt */
                    comment: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description The comment */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Comment"];
                    };
                };
                /** @description A refusal */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/comments/{comment}/replies": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** All answers to a comment, newest first */
        get: {
            parameters: {
                query?: {
                    cursor?: string;
                    limit?: number;
                };
                header?: never;
                path: {
                    /** @description Id of kind cmt */
                    comment: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description A page of answers */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            items: components["schemas"]["Reply"][];
                            next_cursor: string | null;
                        };
                    };
                };
                /** @description A refusal */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/comments/{comment}/unhide": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Show a hidden comment again */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    /** @description Id of kind cmt */
                    comment: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description The comment */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Comment"];
                    };
                };
                /** @description A refusal */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/compositions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Save a composition */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["CompositionCreate"];
                };
            };
            responses: {
                /** @description The composition with its crosstalk */
                201: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Composition"];
                    };
                };
                /** @description A refusal */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/compositions/{composition}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get a composition
         * @description One's own; a version of a published mix is open to anyone.
         */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    /** @description Id of kind cmp */
                    composition: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description The composition */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Composition"];
                    };
                };
                /** @description A refusal */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/compositions/{composition}/download": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Download all its adapters merged into one LoRA
         * @description Exact: ranks stand side by side, strengths are multiplied in. Regions stay behind, for a weight acts everywhere. Every licence in it must grant derivatives.
         */
        get: {
            parameters: {
                query?: {
                    format?: "peft" | "kohya";
                };
                header?: never;
                path: {
                    /** @description Id of kind cmp */
                    composition: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description safetensors; Range and If-None-Match are honoured */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/octet-stream": string;
                    };
                };
                /** @description A refusal */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/compositions/{composition}/publish": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Publish a composition as a mix, or as its next version */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    /** @description Id of kind cmp */
                    composition: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["MixPublish"];
                };
            };
            responses: {
                /** @description The mix */
                201: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["MixWithVersions"];
                    };
                };
                /** @description A refusal */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/decisions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List moderation decisions about your content, with reasons */
        get: {
            parameters: {
                query?: {
                    cursor?: string;
                    limit?: number;
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Decisions about you and yours, newest first */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            items: components["schemas"]["MyDecision"][];
                            next_cursor: string | null;
                        };
                    };
                };
                /** @description A refusal */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/generations": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List your generations */
        get: {
            parameters: {
                query?: {
                    cursor?: string;
                    limit?: number;
                    status?: "queued" | "running" | "succeeded" | "failed" | "canceled";
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description A page of jobs, newest first */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            items: components["schemas"]["Generation"][];
                            next_cursor: string | null;
                        };
                    };
                };
                /** @description A refusal */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        /**
         * Generate pictures
         * @description Answers 202 with the job. `Prefer: wait=N` holds the answer until the job ends, up to 60 s.
         */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["GenerationCreate"];
                };
            };
            responses: {
                /** @description The finished job, if it ended while the caller waited */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Generation"];
                    };
                };
                /** @description The job */
                202: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Generation"];
                    };
                };
                /** @description A refusal */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/generations/{job}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Get a generation */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    /** @description Id of kind job */
                    job: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description The job */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Generation"];
                    };
                };
                /** @description A refusal */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/generations/{job}/cancel": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Cancel a generation */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    /** @description Id of kind job */
                    job: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description The job */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Generation"];
                    };
                };
                /** @description A refusal */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/generations/{job}/events": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Watch a generation
         * @description Server-sent events: status, progress (with a preview frame), done. Late watchers get the last of each first; with `?after=` or `Last-Event-ID` they get what came after that, each event once. 204: there is nothing more.
         */
        get: {
            parameters: {
                query?: {
                    /** @description The id of the last event you have; 0 for all */
                    after?: number;
                };
                header?: never;
                path: {
                    /** @description Id of kind job */
                    job: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Events */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "text/event-stream": components["schemas"]["ServerSentEvent"];
                    };
                };
                /** @description There is nothing more */
                204: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                /** @description A refusal */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/generations/{job}/socket": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Watch a generation over a WebSocket
         * @description Messages are JSON, `{id, event, data}`, and the same as the events. A ping by the word `ping` is answered with `pong`.
         */
        get: {
            parameters: {
                query?: {
                    /** @description The id of the last event you have; 0 for all */
                    after?: number;
                };
                header?: never;
                path: {
                    /** @description Id of kind job */
                    job: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description A WebSocket */
                101: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                /** @description A refusal */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/images/{image}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Get a picture */
        get: {
            parameters: {
                query?: {
                    /** @description A WebP of at most this width, without the recipe that the original carries. Where the server makes none, the original */
                    width?: "96" | "192" | "384" | "768" | "1152";
                };
                header?: never;
                path: {
                    /** @description Id of kind img */
                    image: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description The picture */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "image/png": string;
                        "image/webp": string;
                    };
                };
                /** @description A refusal */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/keys": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List your API keys */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Your keys, newest first */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            items: components["schemas"]["Key"][];
                        };
                    };
                };
                /** @description A refusal */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        /**
         * Create an API key
         * @description The key is in this answer and nowhere else. Only a signed-in person makes keys: one that leaked must not leave others behind. A publishable one may stand in the code of a page: it reads what is public, orders generations and looks after them, and only for pages of its origins.
         */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["KeyCreate"];
                };
            };
            responses: {
                /** @description The key, shown this once */
                201: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["KeyCreated"];
                    };
                };
                /** @description A refusal */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/keys/{key}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** Revoke an API key */
        delete: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    /** @description Id of kind key */
                    key: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Revoked */
                204: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                /** @description A refusal */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/keys/{key}/rotate": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Rotate an API key
         * @description A new key of the same name, scopes and length of life, valid at once. A key may rotate itself, and no other. The old one works on for `overlap_hours`, so that programs can be given the new one without a gap.
         */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    /** @description Id of kind key */
                    key: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["KeyRotate"];
                };
            };
            responses: {
                /** @description The new key, shown this once */
                201: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["KeyCreated"];
                    };
                };
                /** @description A refusal */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/mixes": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Search mixes */
        get: {
            parameters: {
                query?: {
                    /** @description owner/name of an adapter that the mix holds */
                    adapter?: string;
                    base?: string;
                    cursor?: string;
                    limit?: number;
                    /** @description An owner's public name */
                    owner?: string;
                    q?: string;
                    /** @description Without it: general, and what you chose to see */
                    rating?: string;
                    sort?: "newest" | "most_used" | "most_liked";
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description A page of mixes, each with its newest version */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            items: components["schemas"]["Mix"][];
                            next_cursor: string | null;
                        };
                    };
                };
                /** @description A refusal */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/mixes/{owner}/{name}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Get a mix */
        get: {
            parameters: {
                query?: {
                    /** @description Of a version; without it the newest */
                    number?: number;
                };
                header?: never;
                path: {
                    name: string;
                    /** @description An owner's public name */
                    owner: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description The mix */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["MixWithVersions"];
                    };
                };
                /** @description A refusal */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        /** Update a mix's texts, visibility, rating or cover */
        patch: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    name: string;
                    /** @description An owner's public name */
                    owner: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["MixPatch"];
                };
            };
            responses: {
                /** @description The mix */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Mix"];
                    };
                };
                /** @description A refusal */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        trace?: never;
    };
    "/v1/mixes/{owner}/{name}/comments": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Comments, newest first, each with its newest answers */
        get: {
            parameters: {
                query?: {
                    cursor?: string;
                    limit?: number;
                };
                header?: never;
                path: {
                    name: string;
                    /** @description An owner's public name */
                    owner: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description A page of comments */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            items: components["schemas"]["Comment"][];
                            next_cursor: string | null;
                        };
                    };
                };
                /** @description A refusal */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        /** Write a comment, or answer one */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    name: string;
                    /** @description An owner's public name */
                    owner: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["CommentCreate"];
                };
            };
            responses: {
                /** @description The comment */
                201: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Comment"];
                    };
                };
                /** @description A refusal */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/mixes/{owner}/{name}/fork": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Fork a mix into a private composition */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    name: string;
                    /** @description An owner's public name */
                    owner: string;
                };
                cookie?: never;
            };
            requestBody?: {
                content: {
                    "application/json": components["schemas"]["MixFork"];
                };
            };
            responses: {
                /** @description Your composition */
                201: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Composition"];
                    };
                };
                /** @description A refusal */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/mixes/{owner}/{name}/forks": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List published mixes that were made from one */
        get: {
            parameters: {
                query?: {
                    cursor?: string;
                    limit?: number;
                };
                header?: never;
                path: {
                    name: string;
                    /** @description An owner's public name */
                    owner: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description A page of mixes, newest first */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            items: components["schemas"]["Mix"][];
                            next_cursor: string | null;
                        };
                    };
                };
                /** @description A refusal */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/mixes/{owner}/{name}/like": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Get whether you like it */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    name: string;
                    /** @description An owner's public name */
                    owner: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Your like, and how many there are */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Like"];
                    };
                };
                /** @description A refusal */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        /** Like */
        put: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    name: string;
                    /** @description An owner's public name */
                    owner: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Your like, and how many there are */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Like"];
                    };
                };
                /** @description A refusal */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        post?: never;
        /** Remove your like */
        delete: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    name: string;
                    /** @description An owner's public name */
                    owner: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Your like, and how many there are */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Like"];
                    };
                };
                /** @description A refusal */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/mixes/{owner}/{name}/withdraw": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Withdraw a mix */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    name: string;
                    /** @description An owner's public name */
                    owner: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description The mix */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Mix"];
                    };
                };
                /** @description A refusal */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/moderation/actions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Read the audit log */
        get: {
            parameters: {
                query?: {
                    cursor?: string;
                    limit?: number;
                    /** @description An owner's public name */
                    moderator?: string;
                    target?: string;
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Actions, newest first */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            items: components["schemas"]["ModerationAction"][];
                            next_cursor: string | null;
                        };
                    };
                };
                /** @description A refusal */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        /**
         * Make a moderation decision
         * @description Closes its reports, notifies its owner and the reporters, and stands in the audit log.
         */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["ActionCreate"];
                };
            };
            responses: {
                /** @description The action */
                201: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ModerationAction"];
                    };
                };
                /** @description A refusal */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/moderation/appeals": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List appeals */
        get: {
            parameters: {
                query?: {
                    cursor?: string;
                    limit?: number;
                    state?: "pending" | "upheld" | "overturned";
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Appeals, oldest first */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            items: components["schemas"]["AppealCase"][];
                            next_cursor: string | null;
                        };
                    };
                };
                /** @description A refusal */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/moderation/appeals/{appeal}/decide": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Decide on an appeal
         * @description For another moderator than the one who decided, where there is one.
         */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    /** @description Id of kind apl */
                    appeal: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["AppealDecision"];
                };
            };
            responses: {
                /** @description The appeal */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["AppealCase"];
                    };
                };
                /** @description A refusal */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/moderation/blocked-terms": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List blocked terms */
        get: {
            parameters: {
                query: {
                    cursor?: string;
                    limit?: number;
                    scope: "prompt" | "name";
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Terms in alphabetical order */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            items: components["schemas"]["BlockedTerm"][];
                            next_cursor: string | null;
                        };
                    };
                };
                /** @description A refusal */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        /**
         * Add a blocked term
         * @description From then on; what is there already stays. It matches whole words in any case, accented or disguised.
         */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["BlockedTermCreate"];
                };
            };
            responses: {
                /** @description The term was on the list */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["BlockedTerm"];
                    };
                };
                /** @description The term */
                201: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["BlockedTerm"];
                    };
                };
                /** @description A refusal */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/moderation/blocked-terms/{scope}/{term}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** Remove a blocked term */
        delete: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    scope: "prompt" | "name";
                    term: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Allowed again */
                204: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                /** @description A refusal */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/moderation/queue": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List pending reports by target */
        get: {
            parameters: {
                query?: {
                    cursor?: string;
                    kind?: "adapter" | "mix" | "picture" | "comment" | "user";
                    limit?: number;
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Reported things, the gravest first */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            items: components["schemas"]["QueueEntry"][];
                            next_cursor: string | null;
                        };
                    };
                };
                /** @description A refusal */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/moderation/roles": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Grant or revoke the role of moderator
         * @description Only for moderators whose verified address is named in the server's settings.
         */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["RoleChange"];
                };
            };
            responses: {
                /** @description The role */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["RoleOf"];
                    };
                };
                /** @description A refusal */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/moderation/targets/{kind}/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Get a reported item with its reports and earlier decisions */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: string;
                    kind: "adapter" | "mix" | "picture" | "comment" | "user";
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description The thing, hidden or not */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ModerationTarget"];
                    };
                };
                /** @description A refusal */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/moderation/targets/{kind}/{id}/images/{image}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Get a picture of a reported item */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: string;
                    /** @description Id of kind img */
                    image: string;
                    kind: "adapter" | "mix" | "picture" | "comment" | "user";
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description The picture */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "image/png": string;
                    };
                };
                /** @description A refusal */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/operations": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Get the state of queues, runners and webhooks */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description The service at work */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Operations"];
                    };
                };
                /** @description A refusal */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/operations/failures": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List failed jobs */
        get: {
            parameters: {
                query?: {
                    cursor?: string;
                    limit?: number;
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description A page of failed jobs, newest first */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            items: components["schemas"]["FailedJob"][];
                            next_cursor: string | null;
                        };
                    };
                };
                /** @description A refusal */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/operations/jobs/{job}/replay": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Replay a failed job
         * @description Makes a new job of its owner with the same work. Again answers the same new job.
         */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    /** @description Id of kind job */
                    job: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description The new job */
                201: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["ReplayedJob"];
                    };
                };
                /** @description A refusal */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/operations/runners": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List runners */
        get: {
            parameters: {
                query?: {
                    cursor?: string;
                    limit?: number;
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description A page of runners that have not left, the last heard of first */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            items: components["schemas"]["RunnerStanding"][];
                            next_cursor: string | null;
                        };
                    };
                };
                /** @description A refusal */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/operations/runners/{runner}/drain": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Drain a runner
         * @description It gets no more jobs, finishes those it holds, deregisters and exits 0. Until then it can be resumed.
         */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    /** @description Id of kind rnr */
                    runner: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description The runner */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["RunnerStanding"];
                    };
                };
                /** @description A refusal */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/operations/runners/{runner}/resume": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Resume a draining runner */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    /** @description Id of kind rnr */
                    runner: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description The runner */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["RunnerStanding"];
                    };
                };
                /** @description A refusal */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/pictures": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List shared pictures */
        get: {
            parameters: {
                query?: {
                    /** @description owner/name of an adapter that is in the picture */
                    adapter?: string;
                    base?: string;
                    cursor?: string;
                    limit?: number;
                    /** @description An owner's public name */
                    owner?: string;
                    /** @description Without it: general, and what you chose to see */
                    rating?: string;
                    sort?: "newest" | "most_liked";
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description A page of pictures in the chosen order */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            items: components["schemas"]["SharedPicture"][];
                            next_cursor: string | null;
                        };
                    };
                };
                /** @description What the ETag in If-None-Match names is still the answer */
                304: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                /** @description A refusal */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        /**
         * Share a generated picture
         * @description Shows it to everybody with its whole recipe: prompts, seed, settings and adapters. A picture that is shared already is answered with 200.
         */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["PictureShare"];
                };
            };
            responses: {
                /** @description As it is shared already */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["SharedPicture"];
                    };
                };
                /** @description The shared picture */
                201: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["SharedPicture"];
                    };
                };
                /** @description A refusal */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/pictures/{picture}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Get a shared picture */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    /** @description Id of kind pic */
                    picture: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description The picture */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["SharedPicture"];
                    };
                };
                /** @description A refusal */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        /** Withdraw a shared picture; the generation keeps its own */
        delete: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    /** @description Id of kind pic */
                    picture: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Nobody else sees it */
                204: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                /** @description A refusal */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/pictures/{picture}/like": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Get whether you like it */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    /** @description Id of kind pic */
                    picture: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Your like, and how many there are */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Like"];
                    };
                };
                /** @description A refusal */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        /** Like */
        put: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    /** @description Id of kind pic */
                    picture: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Your like, and how many there are */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Like"];
                    };
                };
                /** @description A refusal */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        post?: never;
        /** Remove your like */
        delete: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    /** @description Id of kind pic */
                    picture: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Your like, and how many there are */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Like"];
                    };
                };
                /** @description A refusal */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/reports": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List your reports and their outcomes */
        get: {
            parameters: {
                query?: {
                    cursor?: string;
                    limit?: number;
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Your reports, newest first */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            items: components["schemas"]["Report"][];
                            next_cursor: string | null;
                        };
                    };
                };
                /** @description A refusal */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        /**
         * Report an adapter, a mix, a shared picture, a comment or a person
         * @description While your first report of a thing waits, a second one is answered with the first and 200.
         */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["ReportCreate"];
                };
            };
            responses: {
                /** @description Your report that waits */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Report"];
                    };
                };
                /** @description The report */
                201: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Report"];
                    };
                };
                /** @description A refusal */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/suggest": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Suggest completions for a search */
        get: {
            parameters: {
                query: {
                    q: string;
                    /** @description The ratings to show, comma separated or repeated. Without it: general, and what your account shows */
                    rating?: string | string[];
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Suggestions */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Suggestions"];
                    };
                };
                /** @description What the ETag in If-None-Match names is still the answer */
                304: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                /** @description A refusal */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/training-emails/{user}/stop": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Stop emails about your trainings
         * @description The address stands in each of these emails, signed, for people and for their mail programs (RFC 8058): it needs no key. The setting is `training_emails` of your profile.
         */
        post: {
            parameters: {
                query: {
                    expires: string;
                    signature: string;
                };
                header?: never;
                path: {
                    /** @description Id of kind usr */
                    user: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Stopped */
                204: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                /** @description A refusal */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/trainings": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List your trainings */
        get: {
            parameters: {
                query?: {
                    cursor?: string;
                    limit?: number;
                    status?: "queued" | "running" | "succeeded" | "failed" | "canceled";
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description A page of jobs, newest first */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            items: components["schemas"]["Training"][];
                            next_cursor: string | null;
                        };
                    };
                };
                /** @description A refusal */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        /**
         * Train an adapter on pictures
         * @description Answers 202 with the job. `Prefer: wait=N` holds the answer until the job ends, up to 60 s.
         */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["TrainingCreate"];
                };
            };
            responses: {
                /** @description The finished job, if it ended while the caller waited */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Training"];
                    };
                };
                /** @description The job */
                202: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Training"];
                    };
                };
                /** @description A refusal */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/trainings/{job}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Get a training */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    /** @description Id of kind job */
                    job: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description The job */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Training"];
                    };
                };
                /** @description A refusal */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/trainings/{job}/cancel": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Cancel a training */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    /** @description Id of kind job */
                    job: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description The job */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Training"];
                    };
                };
                /** @description A refusal */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/trainings/{job}/events": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Watch a training
         * @description Server-sent events: status, progress (with a preview frame), done. Late watchers get the last of each first; with `?after=` or `Last-Event-ID` they get what came after that, each event once. 204: there is nothing more.
         */
        get: {
            parameters: {
                query?: {
                    /** @description The id of the last event you have; 0 for all */
                    after?: number;
                };
                header?: never;
                path: {
                    /** @description Id of kind job */
                    job: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Events */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "text/event-stream": components["schemas"]["ServerSentEvent"];
                    };
                };
                /** @description There is nothing more */
                204: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                /** @description A refusal */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/trainings/{job}/socket": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Watch a training over a WebSocket
         * @description Messages are JSON, `{id, event, data}`, and the same as the events. A ping by the word `ping` is answered with `pong`.
         */
        get: {
            parameters: {
                query?: {
                    /** @description The id of the last event you have; 0 for all */
                    after?: number;
                };
                header?: never;
                path: {
                    /** @description Id of kind job */
                    job: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description A WebSocket */
                101: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                /** @description A refusal */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/uploads": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Announce an upload
         * @description PUT exactly the announced bytes to `upload_url` with a Content-Length; the address is its own authorisation. An adapter file above 90 MiB comes in parts: PUT each to its address in `parts.urls`, then POST `parts.complete_url`.
         */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["UploadCreate"];
                };
            };
            responses: {
                /** @description Where to put the bytes */
                201: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Upload"];
                    };
                };
                /** @description A refusal */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/uploads/{upload}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get the state of an upload
         * @description After a cut, send the parts that are not in `parts.received`.
         */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    /** @description Id of kind upl */
                    upload: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description The upload */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Upload"];
                    };
                };
                /** @description A refusal */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/uploads/{upload}/complete": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Join the parts of an upload
         * @description Reads the whole once and checks its SHA-256 before it answers. It may be asked again; bytes that do not match are dropped and can be sent anew.
         */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    /** @description Id of kind upl */
                    upload: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description The stored upload */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["UploadStored"];
                    };
                };
                /** @description A refusal */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/users/{handle}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Get somebody's profile */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    /** @description An owner's public name */
                    handle: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description The profile */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Profile"];
                    };
                };
                /** @description A refusal */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/users/{handle}/follow": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Get whether you follow this person */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    /** @description An owner's public name */
                    handle: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Whether you follow, and how many do */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Follow"];
                    };
                };
                /** @description A refusal */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        /** Follow */
        put: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    /** @description An owner's public name */
                    handle: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Whether you follow, and how many do */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Follow"];
                    };
                };
                /** @description A refusal */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        post?: never;
        /** Unfollow */
        delete: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    /** @description An owner's public name */
                    handle: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Whether you follow, and how many do */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Follow"];
                    };
                };
                /** @description A refusal */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/users/{handle}/followers": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List who follows this person */
        get: {
            parameters: {
                query?: {
                    cursor?: string;
                    limit?: number;
                };
                header?: never;
                path: {
                    /** @description An owner's public name */
                    handle: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description A page of people, newest first */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            items: components["schemas"]["Follower"][];
                            next_cursor: string | null;
                        };
                    };
                };
                /** @description A refusal */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/users/{handle}/following": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List whom this person follows */
        get: {
            parameters: {
                query?: {
                    cursor?: string;
                    limit?: number;
                };
                header?: never;
                path: {
                    /** @description An owner's public name */
                    handle: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description A page of people, newest first */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            items: components["schemas"]["Follower"][];
                            next_cursor: string | null;
                        };
                    };
                };
                /** @description A refusal */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/versions/{version}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Get a version */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    /** @description Id of kind ver */
                    version: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description The version */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Version"];
                    };
                };
                /** @description A refusal */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        /**
         * Update a version's texts and previews
         * @description Of a draft all of them; of a published version the changelog and the previews.
         */
        patch: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    /** @description Id of kind ver */
                    version: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["VersionPatch"];
                };
            };
            responses: {
                /** @description The version */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Version"];
                    };
                };
                /** @description A refusal */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        trace?: never;
    };
    "/v1/versions/{version}/download": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Download the adapter file
         * @description `peft` and `kohya` convert it while it streams, with down and up at full strength and the tokens beside. Counted once a day for each caller, or address where nobody is signed in; HEAD, later ranges and 304 are not counted.
         */
        get: {
            parameters: {
                query?: {
                    format?: "orthoplex" | "peft" | "kohya";
                };
                header?: never;
                path: {
                    /** @description Id of kind ver */
                    version: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description safetensors; Range and If-None-Match are honoured */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/octet-stream": string;
                    };
                };
                /** @description A refusal */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/versions/{version}/publish": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Publish a draft version
         * @description Where the file has not been scanned yet, it is scanned before the answer. A version without previews gets some drawn.
         */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    /** @description Id of kind ver */
                    version: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description The version */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Version"];
                    };
                };
                /** @description A refusal */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/versions/{version}/yank": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Yank a version */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    /** @description Id of kind ver */
                    version: string;
                };
                cookie?: never;
            };
            requestBody?: {
                content: {
                    "application/json": components["schemas"]["Reason"];
                };
            };
            responses: {
                /** @description The version */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Version"];
                    };
                };
                /** @description A refusal */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/versions/by-hash": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Find the versions of many files */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["HashesLookup"];
                };
            };
            responses: {
                /** @description One answer for each hash, in the order asked */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["HashesFound"];
                    };
                };
                /** @description A refusal */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/versions/by-hash/{hash}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Find the version of a file
         * @description By the SHA-256 of the file (64 digits), its first ten (AutoV2) or twelve, or by the SHA-256 of its tensors or its first twelve (AutoV3), which survive another header. Where several have it, the newest published one answers.
         */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    hash: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description The version */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Version"];
                    };
                };
                /** @description A refusal */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/webhook-deliveries": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List deliveries */
        get: {
            parameters: {
                query?: {
                    cursor?: string;
                    /** @description Id of kind job */
                    job_id?: string;
                    limit?: number;
                    state?: "pending" | "delivered" | "failed";
                    /** @description Id of kind whk */
                    webhook_id?: string;
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description A page of deliveries, newest first */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            items: components["schemas"]["Delivery"][];
                            next_cursor: string | null;
                        };
                    };
                };
                /** @description A refusal */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/webhook-deliveries/{delivery}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Get a delivery */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    /** @description Id of kind dlv */
                    delivery: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description The delivery */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Delivery"];
                    };
                };
                /** @description A refusal */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/webhook-deliveries/{delivery}/replay": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Replay a delivery
         * @description With the id it had, so that a receiver that knows it already can recognise it.
         */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    /** @description Id of kind dlv */
                    delivery: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description The delivery */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Delivery"];
                    };
                };
                /** @description A refusal */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/webhooks": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List your webhooks */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Your webhooks, oldest first */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": {
                            items: components["schemas"]["Webhook"][];
                        };
                    };
                };
                /** @description A refusal */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        /**
         * Add a webhook
         * @description Messages are signed as Standard Webhooks has it and tried for nearly a day. An event is `generation.` or `training.` and a status of a job; either side may be `*`. The secret is in this answer and nowhere else.
         */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["WebhookCreate"];
                };
            };
            responses: {
                /** @description The webhook and its secret */
                201: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["WebhookWithSecret"];
                    };
                };
                /** @description A refusal */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/webhooks/{webhook}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Get a webhook */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    /** @description Id of kind whk */
                    webhook: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description The webhook */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Webhook"];
                    };
                };
                /** @description A refusal */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        /** Delete a webhook and its deliveries */
        delete: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    /** @description Id of kind whk */
                    webhook: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Deleted */
                204: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
                /** @description A refusal */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        options?: never;
        head?: never;
        /** Change, disable or enable a webhook */
        patch: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    /** @description Id of kind whk */
                    webhook: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["WebhookPatch"];
                };
            };
            responses: {
                /** @description The webhook */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Webhook"];
                    };
                };
                /** @description A refusal */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        trace?: never;
    };
    "/v1/webhooks/{webhook}/ping": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Send a test message
         * @description Sends `webhook.ping` at once, tries it once, and answers how it went.
         */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    /** @description Id of kind whk */
                    webhook: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description The delivery */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Delivery"];
                    };
                };
                /** @description A refusal */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/webhooks/{webhook}/replay": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Replay failed deliveries
         * @description The oldest 500 failed deliveries; ask again for more.
         */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    /** @description Id of kind whk */
                    webhook: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description How many are sent again */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["Replayed"];
                    };
                };
                /** @description A refusal */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/webhooks/{webhook}/rotate": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Rotate the secret of a webhook
         * @description For 24 hours messages carry two signatures, of the new secret and of the old one.
         */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    /** @description Id of kind whk */
                    webhook: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description The webhook and its new secret */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["WebhookWithSecret"];
                    };
                };
                /** @description A refusal */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/webhooks/default/rotate": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Rotate the default secret of webhooks that jobs name */
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description The new secret */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["DefaultSecret"];
                    };
                };
                /** @description A refusal */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/webhooks/default/secret": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Get the default secret of webhooks that jobs name */
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description The secret */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": components["schemas"]["DefaultSecret"];
                    };
                };
                /** @description A refusal */
                default: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/problem+json": components["schemas"]["Problem"];
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        Account: {
            /** @description Where the picture is; null without one */
            avatar_url: string | null;
            bio: string;
            /**
             * Format: date-time
             * @description RFC 3339, UTC
             */
            created_at: string;
            /** Format: email */
            email: string;
            email_verified: boolean;
            /** @description An owner's public name */
            handle: string;
            has_github: boolean;
            has_password: boolean;
            /** @description Id of kind usr */
            id: string;
            name: string;
            /** @description How many passkeys sign in to this account */
            passkeys: number;
            /** @enum {string} */
            role: "user" | "moderator";
            scopes: ("read" | "publish" | "generate" | "runner")[];
            /** @description Ratings that lists show you without being asked, beside general */
            shown_ratings: ("general" | "sensitive" | "explicit")[];
            /**
             * Format: date-time
             * @description When this session began; null for a key
             */
            signed_in_at: string | null;
            /** @enum {string} */
            signed_in_by: "session" | "key";
            /**
             * Format: date-time
             * @description Set while the account may only read
             */
            suspended_at: string | null;
            /** @description Whether you also get an email when a training of yours ends */
            training_emails: boolean;
            usage: {
                bytes_stored: number;
                bytes_stored_max: number;
                credits_left: number;
                credits_per_day: number;
                /**
                 * Format: date-time
                 * @description RFC 3339, UTC
                 */
                credits_renew_at: string;
                /** @description Of today, UTC: what your jobs were charged, less what they got back */
                credits_used: number;
                queued_jobs: number;
                queued_jobs_max: number;
            };
        };
        AccountDelete: {
            /** @description Your handle, to be sure */
            confirm: string;
            /** @description Your password; needed where you did not sign in within the last hour */
            password?: string;
        };
        AccountSession: {
            /**
             * Format: date-time
             * @description RFC 3339, UTC
             */
            created_at: string;
            current: boolean;
            /** @description Browser and system, as far as the browser named them */
            device: string;
            /**
             * Format: date-time
             * @description RFC 3339, UTC
             */
            expires_at: string;
            id: string;
            /**
             * Format: date-time
             * @description Within the hour
             */
            last_seen_at: string;
        };
        ActionCreate: {
            /** @enum {string} */
            action: "remove" | "restore" | "rate" | "hide" | "unhide" | "suspend" | "unsuspend" | "dismiss";
            /** @description How many earlier actions you saw; another number is refused */
            actions_seen?: number;
            /** @enum {string} */
            ground?: "minor" | "likeness" | "violence" | "hate" | "rating" | "ownership" | "spam" | "other";
            /** @description For remove, on the grounds minor and likeness: delete the files now */
            purge?: boolean;
            /**
             * @description For rate
             * @enum {string}
             */
            rating?: "general" | "sensitive" | "explicit";
            /** @description Shown to the owner, and on the tombstone */
            reason: string;
            target: {
                id: string;
                /** @enum {string} */
                kind: "adapter" | "mix" | "picture" | "comment" | "user";
            };
        };
        Adapter: {
            base: string;
            class_word: string;
            comments: number;
            concept: string;
            /**
             * Format: date-time
             * @description RFC 3339, UTC
             */
            created_at: string;
            credits: string;
            description: string;
            downloads: number;
            /** @description Id of kind adp */
            id: string;
            /** @description Newest published version; for its owner the newest draft where none is published */
            latest_version: components["schemas"]["Version"] | null;
            licence: components["schemas"]["Licence"];
            likes: number;
            name: string;
            /** @description An owner's public name */
            owner: string;
            /**
             * Format: date-time
             * @description RFC 3339, UTC
             */
            published_at: string | null;
            /** @enum {string} */
            rating: "general" | "sensitive" | "explicit";
            /** @description owner/name, or owner/name:number for one version */
            ref: string;
            /** @description Published compositions with it */
            remixes: number;
            slot: number | null;
            /** @enum {string} */
            state: "draft" | "published" | "withdrawn" | "removed";
            tags: string[];
            title: string;
            /**
             * Format: date-time
             * @description RFC 3339, UTC
             */
            updated_at: string;
            /** @description Generations that finished with it */
            uses: number;
            /** @enum {string} */
            visibility: "public" | "unlisted" | "private";
        };
        AdapterCreate: {
            base: string;
            /** @description The ordinary word for its kind: person, dog, style */
            class_word: string;
            /** @description What it was trained on, in plain words */
            concept: string;
            /** @default  */
            credits?: string;
            /** @default  */
            description?: string;
            licence: components["schemas"]["Licence"];
            name: string;
            /**
             * @default general
             * @enum {string}
             */
            rating?: "general" | "sensitive" | "explicit";
            /** @default [] */
            tags?: string[];
            title: string;
            /**
             * @default public
             * @enum {string}
             */
            visibility?: "public" | "unlisted" | "private";
        };
        AdapterPage: {
            /** @description The query that was answered, where nothing had the words that were asked for */
            corrected: string | null;
            items: components["schemas"]["Adapter"][];
            next_cursor: string | null;
        };
        AdapterPatch: {
            concept?: string;
            credits?: string;
            description?: string;
            /** @description Only until the first version is published: people rely on it from then on */
            licence?: {
                commercial_use: boolean;
                /** @description Whoever uses it must name the owner */
                credit: boolean;
                derivatives: boolean;
                /** @description Derivatives may carry another licence */
                different_licence: boolean;
                spdx: string;
            };
            /** @enum {string} */
            rating?: "general" | "sensitive" | "explicit";
            tags?: string[];
            title?: string;
            /** @enum {string} */
            visibility?: "public" | "unlisted" | "private";
        };
        AdapterStatistics: {
            /** @description The last 30 days in UTC, oldest first, today last */
            days: {
                /** Format: date */
                day: string;
                downloads: number;
                likes: number;
                uses: number;
            }[];
            totals: {
                comments: number;
                downloads: number;
                likes: number;
                remixes: number;
                uses: number;
            };
            /** @description Public adapters that were drawn together with it, most often first */
            used_with: {
                /** @description owner/name, or owner/name:number for one version */
                ref: string;
                title: string;
                uses: number;
            }[];
        };
        AdapterWithVersions: {
            base: string;
            class_word: string;
            comments: number;
            concept: string;
            /**
             * Format: date-time
             * @description RFC 3339, UTC
             */
            created_at: string;
            credits: string;
            description: string;
            downloads: number;
            /** @description Id of kind adp */
            id: string;
            /** @description Newest published version; for its owner the newest draft where none is published */
            latest_version: components["schemas"]["Version"] | null;
            licence: components["schemas"]["Licence"];
            likes: number;
            name: string;
            /** @description An owner's public name */
            owner: string;
            /**
             * Format: date-time
             * @description RFC 3339, UTC
             */
            published_at: string | null;
            /** @enum {string} */
            rating: "general" | "sensitive" | "explicit";
            /** @description owner/name, or owner/name:number for one version */
            ref: string;
            /** @description Published compositions with it */
            remixes: number;
            slot: number | null;
            /** @enum {string} */
            state: "draft" | "published" | "withdrawn" | "removed";
            tags: string[];
            title: string;
            /**
             * Format: date-time
             * @description RFC 3339, UTC
             */
            updated_at: string;
            /** @description Generations that finished with it */
            uses: number;
            versions: components["schemas"]["Version"][];
            /** @enum {string} */
            visibility: "public" | "unlisted" | "private";
        };
        Ancestor: {
            /** @description Id of kind cmp */
            composition_id: string;
            /** @description null where the mix is hidden or gone */
            ref: string | null;
            title: string | null;
        };
        Appeal: {
            /** @description Id of kind act */
            action_id: string;
            answer: string;
            /**
             * Format: date-time
             * @description RFC 3339, UTC
             */
            created_at: string;
            /**
             * Format: date-time
             * @description RFC 3339, UTC
             */
            decided_at: string | null;
            /** @description Id of kind apl */
            id: string;
            /** @enum {string} */
            state: "pending" | "upheld" | "overturned";
            text: string;
        };
        AppealCase: {
            action: components["schemas"]["ModerationAction"];
            /** @description Id of kind act */
            action_id: string;
            answer: string;
            /** @description An owner's public name */
            appellant: string | null;
            /**
             * Format: date-time
             * @description RFC 3339, UTC
             */
            created_at: string;
            /**
             * Format: date-time
             * @description RFC 3339, UTC
             */
            decided_at: string | null;
            /** @description Id of kind apl */
            id: string;
            /** @description Whether it is yours to decide */
            may_decide: boolean;
            /** @enum {string} */
            state: "pending" | "upheld" | "overturned";
            target: components["schemas"]["TargetCard"] | null;
            text: string;
        };
        AppealCreate: {
            /** @description Id of kind act */
            action_id: string;
            text: string;
        };
        AppealDecision: {
            /** @description Shown to whoever appealed */
            answer: string;
            /** @enum {string} */
            decision: "uphold" | "overturn";
        };
        AuthMethods: {
            /** @description Whether this server is set up for it */
            github: boolean;
            /** @enum {boolean} */
            passkey: true;
            /** @enum {boolean} */
            password: true;
        };
        BasePublished: {
            /**
             * Format: date-time
             * @description From then on adapters can be made for it
             */
            counts_at: string;
            id: string;
        };
        /** @description A description as GET /v1/bases shows one, without slots */
        BaseToPublish: {
            [key: string]: unknown;
        };
        BaseWithSlots: {
            basis: {
                /** @enum {string} */
                name: "signed-dct-2" | "unit";
                /** @description The last so many input channels of every layer, in which the base's own words are 0: the basis spans these alone */
                reserved?: number;
                seed: number;
            };
            /** @description How many of the text encoder's last layers can be left out, its last one counted as 1 */
            clip_skip?: {
                max: number;
            };
            count: {
                default: number;
                max: number;
            };
            /** @description WIDTHxHEIGHT in pixels; the base's description says which it generates */
            default_size: string;
            description: string;
            /** @description Key and value projections in which a concept's tokens add entries of their own; adapters are then orthoplex.adapter/2 */
            entries?: {
                name: string;
                out_features: number;
            }[];
            family: string;
            /** @description Residuals act at a position as far as it attends to the concept's tokens: min(1, gain * share of attention) */
            gate?: {
                gain: number;
            };
            guidance: {
                default: number;
                max: number;
                min: number;
            };
            id: string;
            layers: {
                in_features: number;
                name: string;
                out_features: number;
            }[];
            licence: {
                note: string;
                spdx: string;
            };
            /**
             * @description What its denoiser predicts
             * @enum {string}
             */
            prediction: "epsilon" | "v_prediction" | "sample" | "flow";
            prompt: {
                /**
                 * @description grammar: words that the base lists, persons split at `;`. text: free text
                 * @enum {string}
                 */
                kind: "grammar" | "text";
                /** @description Whether it takes a negative prompt */
                negative: boolean;
                /** @description Words of a grammar that are said of people: a clause with one of them is a person, as one with a trigger is. A hyphen in one may be written as a space */
                people_words?: string[];
                /** @description Whether `(word:1.2)` and `[word]` weigh words in its prompts. False: a weight is refused, and other brackets are text */
                weights?: boolean;
            };
            /** @description Of previews and of a training's samples, which have one for each expression that captions name instead; {trigger} is the adapter's */
            prompts: {
                preview: string;
                samples: string[];
            };
            rank: number;
            /** @description Largest Frobenius norm that one layer's up matrix may have */
            residual_norm_max: number;
            samplers: {
                default: string;
                names: string[];
            };
            /** @description Any other size it generates; without it, none but `sizes` */
            size_range?: {
                height: {
                    max: number;
                    min: number;
                    step: number;
                };
                pixels_max: number;
                width: {
                    max: number;
                    min: number;
                    step: number;
                };
            };
            /** @description Shapes to choose from */
            sizes: {
                height: number;
                /** @description How many people have room, where the base places them side by side */
                people?: number;
                /** @description How many people are generated well, where nothing places them: for so many this shape is chosen */
                room?: number;
                width: number;
            }[];
            slots: {
                /** @description How many slots of one class are exactly orthogonal */
                class_size: number;
                /** @description How many there are; any two share at most two columns of the rank */
                count: number;
                taken: number;
            };
            steps: {
                default: number;
                max: number;
                min: number;
            };
            strength: {
                default: number;
                max: number;
                min: number;
            };
            title: string;
            tokens: {
                count: number;
                dim: number;
                layers: number;
                /** @description Length of the mark that each token carries in its adapter's slot, where channels are reserved */
                marker?: number;
            };
            training: {
                /** @description Prompts of people, beside whom concepts in cut-out pictures are also trained */
                companions?: string[];
                images: {
                    max: number;
                    min: number;
                };
                /** @description What each picture may measure */
                picture: {
                    pixels_max: number;
                    side_min: number;
                };
                /** @description Lengths to choose from by name */
                presets: {
                    name: string;
                    steps: number;
                    title: string;
                }[];
                /** @description Learning rates that suit these weights; without them its family's */
                rates?: {
                    residuals: number;
                    tokens: number;
                };
                steps: {
                    default: number;
                    max: number;
                    min: number;
                };
            };
            /** @description Of the lines `<path> <sha256>` of its weight files: adapters are bound to these weights */
            weights_sha256?: string;
            /** @description Words of a grammar by kind, offered beside the prompt; empty where prompts are free text */
            words: {
                [key: string]: string[];
            };
        };
        BlockedTerm: {
            /**
             * Format: date-time
             * @description RFC 3339, UTC
             */
            created_at: string;
            /** @description An owner's public name */
            created_by: string | null;
            /** @enum {string} */
            scope: "prompt" | "name";
            term: string;
        };
        BlockedTermCreate: {
            reason: string;
            /** @enum {string} */
            scope: "prompt" | "name";
            term: string;
        };
        /** @description Whether an adapter changes anything when it is not called: drawn by the runner that trained it */
        Certificate: {
            /** @description Fixed prompts of the base, none of which names the concept */
            prompts: string[];
            seed: number;
            steps: number;
            /** @description Every picture is the same, to the byte */
            unchanged: boolean;
            /** @description The same with it attached */
            with: string[];
            /** @description Of each prompt's picture without the adapter: SHA-256 of its RGB bytes, rows first */
            without: string[];
        };
        CivitaiError: {
            /** @description A code of our closed list */
            code: string;
            error: string;
        };
        CivitaiHashes: string[];
        CivitaiHashNumber: {
            /** @description As it was asked, in capitals */
            hash: string;
            modelVersionId: number;
        };
        CivitaiManyHashes: string[];
        CivitaiMini: {
            /** @enum {boolean} */
            additionalResourceCharge: false;
            air: string;
            /** @enum {string} */
            availability: "Public";
            baseModel: string;
            /** @enum {boolean} */
            canGenerate: true;
            /** @enum {boolean} */
            checkPermission: false;
            downloadUrls: string[];
            fileName: string;
            /** @enum {string} */
            fileType: "Model";
            /** @enum {string} */
            format: "SafeTensor";
            hashes: {
                AutoV2: string;
                AutoV3?: string;
                SHA256: string;
            };
            /** @enum {boolean} */
            isFeatured: false;
            /** @enum {boolean} */
            minor: false;
            modelName: string;
            publishedAt: string | null;
            /** @enum {boolean} */
            requireAuth: false;
            /** @enum {boolean} */
            sfwOnly: false;
            /** @description Kilobytes of 1024 */
            size: number;
            versionName: string;
        };
        CivitaiModel: {
            allowCommercialUse: ("None" | "Image" | "RentCivit" | "Rent" | "Sell")[];
            allowDerivatives: boolean;
            allowDifferentLicense: boolean;
            allowNoCredit: boolean;
            /** @enum {string} */
            availability: "Public";
            creator: {
                image: string | null;
                username: string;
            };
            /** @description HTML */
            description: string;
            id: number;
            /** @enum {boolean} */
            minor: false;
            mode: null;
            modelVersions: components["schemas"]["CivitaiModelVersion"][];
            name: string;
            nsfw: boolean;
            nsfwLevel: number;
            /** @enum {boolean} */
            poi: false;
            /** @description owner/name, as our own API calls it */
            ref: string;
            stats: {
                commentCount: number;
                downloadCount: number;
                favoriteCount: number;
                thumbsDownCount: number;
                thumbsUpCount: number;
                tippedAmountCount: number;
            };
            /** @enum {boolean} */
            supportsGeneration: true;
            tags: string[];
            /** @enum {string} */
            type: "LORA";
        };
        CivitaiModels: {
            items: components["schemas"]["CivitaiModel"][];
            metadata: {
                nextCursor?: string;
                nextPage?: string;
                pageSize: number;
            };
        };
        CivitaiModelVersion: {
            air: string;
            /** @enum {string} */
            availability: "Public";
            baseModel: string;
            /** @enum {string} */
            baseModelType: "Standard";
            createdAt: string;
            description: string | null;
            downloadUrl: string;
            files: {
                downloadUrl: string;
                hashes: {
                    AutoV2: string;
                    AutoV3?: string;
                    SHA256: string;
                };
                id: number;
                metadata: {
                    /** @enum {string} */
                    format: "SafeTensor";
                    /** @enum {string} */
                    fp: "fp16";
                    /** @enum {string} */
                    size: "full";
                };
                name: string;
                pickleScanMessage: string | null;
                /** @enum {string} */
                pickleScanResult: "Pending" | "Success" | "Danger";
                primary: boolean;
                scannedAt: string | null;
                sizeKB: number;
                /** @enum {string} */
                type: "Model";
                /** @enum {string} */
                virusScanResult: "Pending" | "Success" | "Danger";
            }[];
            id: number;
            images: {
                hasMeta: boolean;
                height: number;
                meta: {
                    [key: string]: unknown;
                } | null;
                nsfwLevel: number;
                /** @enum {string} */
                type: "image";
                url: string;
                width: number;
            }[];
            index: number;
            name: string;
            nsfwLevel: number;
            publishedAt: string | null;
            /** @enum {string} */
            status: "Published";
            /** @enum {boolean} */
            supportsGeneration: true;
            trainedWords: string[];
            /** @enum {string} */
            usageControl: "Download";
        };
        CivitaiVersion: {
            air: string;
            /** @enum {string} */
            availability: "Public";
            baseModel: string;
            /** @enum {string} */
            baseModelType: "Standard";
            createdAt: string;
            description: string | null;
            downloadUrl: string;
            files: {
                downloadUrl: string;
                hashes: {
                    AutoV2: string;
                    AutoV3?: string;
                    SHA256: string;
                };
                id: number;
                metadata: {
                    /** @enum {string} */
                    format: "SafeTensor";
                    /** @enum {string} */
                    fp: "fp16";
                    /** @enum {string} */
                    size: "full";
                };
                name: string;
                pickleScanMessage: string | null;
                /** @enum {string} */
                pickleScanResult: "Pending" | "Success" | "Danger";
                primary: boolean;
                scannedAt: string | null;
                sizeKB: number;
                /** @enum {string} */
                type: "Model";
                /** @enum {string} */
                virusScanResult: "Pending" | "Success" | "Danger";
            }[];
            id: number;
            images: {
                hasMeta: boolean;
                height: number;
                meta: {
                    [key: string]: unknown;
                } | null;
                nsfwLevel: number;
                /** @enum {string} */
                type: "image";
                url: string;
                width: number;
            }[];
            index: number;
            model: {
                name: string;
                nsfw: boolean;
                /** @enum {boolean} */
                poi: false;
                /** @enum {string} */
                type: "LORA";
            };
            modelId: number;
            name: string;
            nsfwLevel: number;
            publishedAt: string | null;
            stats: {
                downloadCount: number;
                thumbsUpCount: number;
            };
            /** @enum {string} */
            status: "Published";
            /** @enum {boolean} */
            supportsGeneration: true;
            trainedWords: string[];
            /** @enum {string} */
            usageControl: "Download";
        };
        Collection: {
            /** @description Of all its adapters; null before the first */
            base: string | null;
            /** @description The orthogonal class of its owner's new drafts in it; null before the first of them */
            class: number | null;
            /** @description Pictures of its first adapters */
            covers: string[];
            /**
             * Format: date-time
             * @description RFC 3339, UTC
             */
            created_at: string;
            description: string;
            /** @description Id of kind col */
            id: string;
            item_count: number;
            name: string;
            /** @description An owner's public name */
            owner: string;
            /** @description owner/name, or owner/name:number for one version */
            ref: string;
            title: string;
            /**
             * Format: date-time
             * @description RFC 3339, UTC
             */
            updated_at: string;
            /** @enum {string} */
            visibility: "public" | "unlisted" | "private";
        };
        CollectionCreate: {
            /** @description Without it: that of the first adapter put in */
            base?: string;
            /** @default  */
            description?: string;
            name: string;
            title: string;
            /**
             * @default public
             * @enum {string}
             */
            visibility?: "public" | "unlisted" | "private";
        };
        CollectionItem: {
            /** @description Null where it was withdrawn or removed */
            adapter: components["schemas"]["Adapter"] | null;
            /**
             * Format: date-time
             * @description RFC 3339, UTC
             */
            added_at: string;
            note: string;
            position: number;
            /** @description owner/name, or owner/name:number for one version */
            ref: string;
            /** @enum {string} */
            state: "present" | "withdrawn" | "removed";
        };
        CollectionItemPut: {
            note?: string;
            /** @description Where it stands, from 0; the others make room. Without it: last, or where it is */
            position?: number;
        };
        CollectionPatch: {
            description?: string;
            title?: string;
            /** @enum {string} */
            visibility?: "public" | "unlisted" | "private";
        };
        CollectionWithItems: {
            /** @description Of all its adapters; null before the first */
            base: string | null;
            /** @description The orthogonal class of its owner's new drafts in it; null before the first of them */
            class: number | null;
            /** @description Pictures of its first adapters */
            covers: string[];
            /**
             * Format: date-time
             * @description RFC 3339, UTC
             */
            created_at: string;
            description: string;
            /** @description Of the adapters in it that hold a slot */
            exactness: {
                /** @description Classes of slots that its adapters stand in */
                classes: number[];
                conflict_count: number;
                /** @description Pairs that share columns, the worst first; at most 100 */
                conflicts: {
                    /** @description owner/name, or owner/name:number for one version */
                    a: string;
                    /** @description owner/name, or owner/name:number for one version */
                    b: string;
                    shared_columns: number;
                }[];
                /** @description No two of its adapters act on one another: they share no column in any layer once composed, or gates keep them apart */
                exact: boolean;
            };
            /** @description Id of kind col */
            id: string;
            item_count: number;
            /** @description The first page; the rest is at .../items */
            items: components["schemas"]["CollectionItem"][];
            name: string;
            next_cursor: string | null;
            /** @description An owner's public name */
            owner: string;
            /** @description owner/name, or owner/name:number for one version */
            ref: string;
            title: string;
            /**
             * Format: date-time
             * @description RFC 3339, UTC
             */
            updated_at: string;
            /** @enum {string} */
            visibility: "public" | "unlisted" | "private";
        };
        Comment: {
            /** @description What you may do with it */
            allowed: ("reply" | "edit" | "delete" | "hide" | "unhide")[];
            author: components["schemas"]["PersonCard"];
            /** @description Empty where it was deleted, or hidden from you */
            body: string;
            /**
             * Format: date-time
             * @description RFC 3339, UTC
             */
            created_at: string;
            /**
             * Format: date-time
             * @description RFC 3339, UTC
             */
            edited_at: string | null;
            /** @description Id of kind cmt */
            id: string;
            /** @description Id of kind cmt */
            parent_id: string | null;
            /** @description The newest few, newest first */
            replies: components["schemas"]["Reply"][];
            reply_count: number;
            /** @enum {string} */
            state: "visible" | "hidden" | "deleted";
        };
        CommentCreate: {
            /** @description Plain text; @handle notifies that person */
            body: string;
            /** @description The comment that it answers; answers go one level deep */
            parent_id?: string;
        };
        CommentPatch: {
            body: string;
        };
        Composition: {
            base: string;
            /**
             * Format: date-time
             * @description RFC 3339, UTC
             */
            created_at: string;
            crosstalk: {
                pairs: components["schemas"]["CrosstalkPair"][];
            };
            /** @description All its adapters in one file; add ?format=peft or ?format=kohya */
            download_url: string;
            estimate: {
                jobs_ahead: number;
                /** @description From the last finished generations on this base; null before the first */
                seconds_per_image: number | null;
            };
            forked_from: components["schemas"]["Ancestor"] | null;
            /** @description Id of kind cmp */
            id: string;
            licence: {
                commercial_use: boolean;
                credit: boolean;
                derivatives: boolean;
                different_licence: boolean;
                /** @description Which adapter demands credit or forbids a use */
                limited_by: {
                    /** @enum {string} */
                    permission: "credit" | "commercial_use" | "derivatives" | "different_licence";
                    /** @description owner/name, or owner/name:number for one version */
                    ref: string;
                }[];
            };
            members: components["schemas"]["ResolvedMember"][];
            /** @description owner/name:number once it is published; from then on nothing in it changes */
            mix: string | null;
            /** @description An owner's public name */
            owner: string;
            prompt: string;
            /**
             * Format: date-time
             * @description RFC 3339, UTC
             */
            published_at: string | null;
            title: string;
            warnings: string[];
        };
        CompositionCreate: {
            base?: string;
            /** @description The mix that this one was made from */
            forked_from?: string;
            members: components["schemas"]["Member"][];
            /** @default  */
            prompt?: string;
            /** @default  */
            title?: string;
        };
        Cost: {
            /** @description Charged with the order; 0 for what we ordered */
            credits: number;
            /** @description Given back at its end: all of it where we failed or your own runner did it, and what was not done where you canceled */
            refunded: number;
        };
        CrosstalkPair: {
            /** @description Id of kind ver */
            a: string;
            /** @description Id of kind ver */
            b: string;
            /** @description Neither acts on the other: no column is shared (down_a @ down_b.T = 0 in every layer), or their gates are never open at one position */
            exact: boolean;
            /** @description On a base with gates: the share of the smaller one's place in which both may act, by the members' boxes; 0 where they have places of their own. Otherwise null */
            gates_overlap: number | null;
            rank: number;
            /** @description Columns of the rank in which both act at one position, in the layer where they are most; 0 where their gates are never open together */
            shared_columns_per_layer: number;
        };
        DefaultSecret: {
            /** @description whsec_ and 32 bytes in base64 */
            key: string;
            /**
             * Format: date-time
             * @description RFC 3339, UTC
             */
            old_secret_until: string | null;
        };
        Delivery: {
            attempts: components["schemas"]["DeliveryAttempt"][];
            /**
             * Format: date-time
             * @description RFC 3339, UTC
             */
            created_at: string;
            /**
             * Format: date-time
             * @description RFC 3339, UTC
             */
            finished_at: string | null;
            /** @description The header webhook-id, the same for every attempt */
            id: string;
            /** @description Id of kind job */
            job_id: string | null;
            /**
             * Format: date-time
             * @description RFC 3339, UTC
             */
            next_attempt_at: string | null;
            /** @enum {string} */
            state: "pending" | "delivered" | "failed";
            type: string;
            url: string;
            /** @description null where the job brought its own address */
            webhook_id: string | null;
        };
        DeliveryAttempt: {
            /**
             * Format: date-time
             * @description RFC 3339, UTC
             */
            at: string;
            duration_ms: number;
            /** @description Why this attempt failed */
            error: string | null;
            response_status: number | null;
        };
        EmailChange: {
            /** Format: email */
            email: string;
            /** @description Your password; needed where you did not sign in within the last hour */
            password?: string;
        };
        EmailConfirm: {
            token: string;
        };
        EmailConfirmed: {
            /** Format: email */
            email: string;
        };
        EmailSent: {
            /**
             * Format: email
             * @description The address that the email is sent to
             */
            to: string;
        };
        Facet: {
            /** @description How many values there are */
            value_count: number;
            /** @description The 20 most frequent and every value that is asked for, most frequent first */
            values: {
                count: number;
                value: string;
            }[];
        };
        FacetList: {
            /** @description Of the others of their base, under the same filters: how many share no column with these, and how many do */
            composes_with: {
                exact: number;
                others: number;
            } | null;
            /** @description The query that was answered, where nothing had the words that were asked for */
            corrected: string | null;
            /** @description Counts of each facet with every other facet's filters applied; of tags with `tag_match=all` with the chosen tags too */
            facets: {
                allows?: components["schemas"]["Facet"];
                base?: components["schemas"]["Facet"];
                class?: components["schemas"]["Facet"];
                licence?: components["schemas"]["Facet"];
                owner?: components["schemas"]["Facet"];
                rating?: components["schemas"]["Facet"];
                tag?: components["schemas"]["Facet"];
            };
            /** @description How many adapters the filters leave */
            total: number;
        };
        FailedJob: {
            attempts: number;
            base: string;
            /**
             * Format: date-time
             * @description RFC 3339, UTC
             */
            created_at: string;
            error: {
                /** @enum {string} */
                code: "runner_error" | "out_of_memory" | "training_diverged" | "input_invalid" | "prompt_invalid" | "base_missing" | "runs_exhausted" | "deadline_passed" | "output_invalid" | "dependency_failed";
                message: string;
            } | null;
            /**
             * Format: date-time
             * @description RFC 3339, UTC
             */
            finished_at: string;
            /** @description Id of kind job */
            id: string;
            /** @enum {string} */
            kind: "sample" | "train";
            /** @description An owner's public name */
            owner: string;
            /** @description Id of kind job */
            replayed_as: string | null;
        };
        Follow: {
            followers: number;
            /** @description Whether you follow this person */
            following: boolean;
        };
        Follower: {
            avatar_url: string | null;
            /**
             * Format: date-time
             * @description RFC 3339, UTC
             */
            followed_at: string;
            /** @description An owner's public name */
            handle: string;
            name: string;
        };
        /** @description What a version of a LoRA of another program has in place of a slot */
        Foreign: {
            /**
             * @description It changes other words and places as well; no slot keeps it apart
             * @enum {boolean}
             */
            exact: false;
            /** @description How many layers it changes */
            layers: number;
            /**
             * @description Whose names its tensors have
             * @enum {string}
             */
            layout: "kohya" | "peft" | "diffusers" | "lycoris";
            /** @description The licence that the file names */
            licence: string | null;
            /** @description Of its widest layer; where factors have none, the largest that they can have */
            rank: number;
            /** @description The base that the file names */
            trained_on: string | null;
            /** @description Words that the file says it was trained on */
            triggers: string[];
            /** @description What stands for its trigger in a prompt, such as `rexdog dog`: where a prompt names the trigger, it acts there alone. Null: always on the whole picture */
            words: string | null;
        };
        GeneratedImage: {
            height: number;
            /** @description Id of kind img */
            id: string;
            recipe: components["schemas"]["Recipe"] | null;
            seed: number | null;
            url: string;
            width: number;
        };
        Generation: {
            base: string;
            cancel_requested: boolean;
            cost: components["schemas"]["Cost"];
            /**
             * Format: date-time
             * @description RFC 3339, UTC
             */
            created_at: string;
            error: {
                /** @enum {string} */
                code: "runner_error" | "out_of_memory" | "training_diverged" | "input_invalid" | "prompt_invalid" | "base_missing" | "runs_exhausted" | "deadline_passed" | "output_invalid" | "dependency_failed";
                message: string;
            } | null;
            events_url: string;
            /**
             * Format: date-time
             * @description RFC 3339, UTC
             */
            finished_at: string | null;
            /** @description Id of kind job */
            id: string;
            /** @enum {string} */
            kind: "sample";
            metrics: {
                [key: string]: unknown;
            };
            /**
             * @description low costs half and waits until nothing else does. high costs double and does not wait behind your other jobs; those of others it does not pass, but takes turns with them
             * @enum {string}
             */
            priority: "low" | "normal" | "high";
            progress: components["schemas"]["Progress"] | null;
            /** @description 1 is next; null once the job has left the queue, and while it waits for a training */
            queue_position: number | null;
            request: {
                /** @description Without the one that is still being trained */
                adapters: components["schemas"]["ResolvedMember"][];
                clip_skip?: number;
                /** @description Id of kind cmp */
                composition_id: string | null;
                count: number;
                /** @description Of an order through another API: the size asked for, which the base does not draw */
                enlarged_to?: string;
                guidance: number;
                negative_prompt: string;
                /** @description Id of kind ver */
                preview_of?: string;
                prompt: string;
                /** @description Not in orders from before bases had several */
                sampler?: string;
                seed: number;
                /** @description WIDTHxHEIGHT in pixels; the base's description says which it generates */
                size: string;
                steps: number;
            };
            result: {
                images: components["schemas"]["GeneratedImage"][];
            } | null;
            /**
             * Format: date-time
             * @description RFC 3339, UTC
             */
            started_at: string | null;
            /** @enum {string} */
            status: "queued" | "running" | "succeeded" | "failed" | "canceled";
            url: string;
            /** @description The training whose version it will draw with; null once that is made, or where there is none */
            waits_for: string | null;
            warnings: string[];
        };
        GenerationCreate: {
            adapters?: components["schemas"]["GenerationMember"][];
            /** @description Follows from the adapters; needed only where there are none */
            base?: string;
            /** @description Of bases that have it: which of the text encoder's last layers is read, 1 for the last */
            clip_skip?: number;
            /** @description Id of kind cmp */
            composition_id?: string;
            /** @default 1 */
            count?: number;
            guidance?: number;
            /** @description A published composition, by name */
            mix?: string;
            /** @default  */
            negative_prompt?: string;
            /** @description A version of yours, the only adapter here, that the pictures are to show on its page: they are no use of the adapter */
            preview_of?: string;
            /**
             * @description low costs half and waits until nothing else does. high costs double and does not wait behind your other jobs; those of others it does not pass, but takes turns with them
             * @enum {string}
             */
            priority?: "low" | "normal" | "high";
            prompt: string;
            /** @description One of the base's; without it, the base's own */
            sampler?: string;
            /** @description Chosen at random and reported where it is left out */
            seed?: number;
            /** @description Without it: the base's own, or the smallest of its sizes that has room for the prompt's people and the adapters that it calls or that have a region */
            size?: string;
            steps?: number;
            webhook?: components["schemas"]["JobWebhook"];
        };
        GenerationMember: {
            /** @description The word that calls it in this prompt, such as <ivy-2>. Without it: its trigger. No two members may answer to one word */
            as?: string;
            /** @description owner/name, or owner/name:number for one version */
            ref?: string;
            region?: components["schemas"]["Region"] | null;
            /** @description Without it: what the version's owner recommends */
            strength?: number;
            /** @description A training of yours: the version that it has made or, while it goes on, will make. The generation waits for it, and fails if there will be none. At most one of its trainings may still go on */
            training_id?: string;
            /** @description Id of kind ver */
            version_id?: string;
        };
        Hashes: {
            /** @description The first ten digits of the SHA-256, upper case */
            autov2: string;
            /** @description The first twelve digits of the SHA-256 of the tensors, upper case */
            autov3: string | null;
            /** @description Of the file */
            sha256: string;
            /** @description Of the tensors without the header: another header, the same adapter */
            tensors_sha256: string | null;
        };
        HashesFound: {
            items: {
                hash: string;
                version: components["schemas"]["Version"] | null;
            }[];
        };
        HashesLookup: {
            hashes: string[];
        };
        Heartbeat: {
            /** @description A PNG of at most 64 KiB, base64 */
            preview?: string;
            progress?: {
                message: string;
                step: number;
                total: number;
            };
        };
        HeartbeatReply: {
            cancel: boolean;
            /** @description An operator asks this runner to lease nothing more, to finish what it holds and to leave */
            drain: boolean;
            /**
             * Format: date-time
             * @description RFC 3339, UTC
             */
            expires_at: string;
        };
        Input: {
            content_type: string;
            /** @description What the spec calls it */
            name: string;
            /** @description SHA-256 of the bytes, lower-case hexadecimal */
            sha256: string;
            size_bytes: number;
            /** @description Signed; GET it before expires_at of the lease */
            url: string;
        };
        JobWebhook: {
            events?: components["schemas"]["WebhookEvents"];
            /** @description https, reachable from the public internet; redirects are not followed */
            url: string;
        };
        Key: {
            /**
             * Format: date-time
             * @description RFC 3339, UTC
             */
            created_at: string;
            /**
             * Format: date-time
             * @description RFC 3339, UTC
             */
            expires_at: string | null;
            generations_per_day: number | null;
            /** @description Id of kind key */
            id: string;
            /** @enum {string} */
            kind: "secret" | "publishable";
            /**
             * Format: date-time
             * @description RFC 3339, UTC
             */
            last_used_at: string | null;
            name: string;
            /** @description The pages that may use it; empty for a secret key */
            origins: string[];
            /** @description The first characters, to distinguish keys */
            prefix: string;
            /** @description The key that took its place when it was rotated */
            replaced_by: string | null;
            scopes: ("read" | "publish" | "generate" | "runner")[];
        };
        KeyCreate: {
            expires_in_days?: number;
            /** @description Of a publishable key: its cap, by the day of UTC */
            generations_per_day?: number;
            /**
             * @description secret: for servers and scripts. publishable: for the code of a page, where everybody can read it
             * @default secret
             * @enum {string}
             */
            kind?: "secret" | "publishable";
            name: string;
            /** @description Of a publishable key: the pages that may use it */
            origins?: string[];
            scopes: ("read" | "publish" | "generate" | "runner")[];
        };
        KeyCreated: {
            /**
             * Format: date-time
             * @description RFC 3339, UTC
             */
            created_at: string;
            /**
             * Format: date-time
             * @description RFC 3339, UTC
             */
            expires_at: string | null;
            generations_per_day: number | null;
            /** @description Id of kind key */
            id: string;
            /** @description Shown this once; only its hash is kept */
            key: string;
            /** @enum {string} */
            kind: "secret" | "publishable";
            /**
             * Format: date-time
             * @description RFC 3339, UTC
             */
            last_used_at: string | null;
            name: string;
            /** @description The pages that may use it; empty for a secret key */
            origins: string[];
            /** @description The first characters, to distinguish keys */
            prefix: string;
            /** @description The key that took its place when it was rotated */
            replaced_by: string | null;
            scopes: ("read" | "publish" | "generate" | "runner")[];
        };
        KeyRotate: {
            /**
             * @description How long the old key works on beside the new one; it never outlives its own end
             * @default 24
             */
            overlap_hours?: number;
        };
        Lease: {
            attempt: number;
            base: string;
            /**
             * Format: date-time
             * @description RFC 3339, UTC
             */
            expires_at: string;
            inputs: components["schemas"]["Input"][];
            /** @description Id of kind job */
            job_id: string;
            /** @enum {string} */
            kind: "sample";
            /** @description Id of kind lse */
            lease_id: string;
            /** @description Id of kind run */
            run_id: string;
            spec: components["schemas"]["SampleSpec"];
        } | {
            attempt: number;
            base: string;
            /**
             * Format: date-time
             * @description RFC 3339, UTC
             */
            expires_at: string;
            inputs: components["schemas"]["Input"][];
            /** @description Id of kind job */
            job_id: string;
            /** @enum {string} */
            kind: "train";
            /** @description Id of kind lse */
            lease_id: string;
            /** @description Id of kind run */
            run_id: string;
            spec: components["schemas"]["TrainSpec"];
        };
        LeaseReply: {
            /** @description An operator asks this runner to lease nothing more, to finish what it holds and to leave */
            drain: boolean;
            leases: components["schemas"]["Lease"][];
        };
        LeaseRequest: {
            bases: string[];
            max_batch: number;
            /** @description Id of kind rnr */
            runner_id: string;
            /** @default 0 */
            wait_seconds?: number;
            /**
             * @description Inputs that it has on disk, the last used first
             * @default []
             */
            warm?: string[];
        };
        LeaseUpload: {
            content_type: string;
            name: string;
            /** @description SHA-256 of the bytes, lower-case hexadecimal */
            sha256: string;
            size_bytes: number;
        };
        LeaseUploadReply: {
            /**
             * Format: date-time
             * @description RFC 3339, UTC
             */
            expires_at: string;
            upload_url: string;
        };
        Licence: {
            commercial_use: boolean;
            /** @description Whoever uses it must name the owner */
            credit: boolean;
            derivatives: boolean;
            /** @description Derivatives may carry another licence */
            different_licence: boolean;
            spdx: string;
        };
        Like: {
            /** @description Whether you like it */
            liked: boolean;
            likes: number;
        };
        /** @description Exactly one of adapter, mix and picture is there */
        Liked: {
            adapter: components["schemas"]["Adapter"] | null;
            /**
             * Format: date-time
             * @description RFC 3339, UTC
             */
            liked_at: string;
            mix: components["schemas"]["Mix"] | null;
            picture: components["schemas"]["SharedPicture"] | null;
        };
        Member: {
            /** @description The word that calls it in this prompt, such as <ivy-2>. Without it: its trigger. No two members may answer to one word */
            as?: string;
            /** @description owner/name, or owner/name:number for one version */
            ref?: string;
            region?: components["schemas"]["Region"] | null;
            /** @description Without it: what the version's owner recommends */
            strength?: number;
            /** @description Id of kind ver */
            version_id?: string;
        };
        /** @description Only of a LoRA of another program: no picture with it is exact */
        MemberForeign: {
            /** @description Read in place of its trigger; null: it acts on the whole picture */
            words: string | null;
        };
        Mix: {
            base: string;
            comments: number;
            /** @description Id of kind cmp */
            composition_id: string;
            /** @description Its cover, else the portrait of its first adapter */
            cover: components["schemas"]["Picture"] | null;
            /**
             * Format: date-time
             * @description RFC 3339, UTC
             */
            created_at: string;
            description: string;
            /** @description People who made one of their own from it */
            forks: number;
            /** @description Id of kind mix */
            id: string;
            likes: number;
            members: components["schemas"]["MixMember"][];
            name: string;
            /** @description The version shown here; of a list, the newest */
            number: number;
            /** @description An owner's public name */
            owner: string;
            /** @enum {string} */
            rating: "general" | "sensitive" | "explicit";
            /** @description owner/name of a mix, or owner/name:number for one version */
            ref: string;
            share_url: string;
            /** @enum {string} */
            state: "published" | "withdrawn" | "removed";
            title: string;
            /**
             * Format: date-time
             * @description RFC 3339, UTC
             */
            updated_at: string;
            /** @description Generations that finished with it */
            uses: number;
            /** @enum {string} */
            visibility: "public" | "unlisted" | "private";
        };
        MixFork: {
            /** @description Without it: the newest version */
            number?: number;
        };
        MixMember: {
            /** @description New pictures can be drawn with it */
            available: boolean;
            foreign?: components["schemas"]["MemberForeign"];
            preview: components["schemas"]["Picture"] | null;
            /** @description owner/name, or owner/name:number for one version */
            ref: string;
            region: components["schemas"]["Region"] | null;
            /** @description Null for a LoRA of another program */
            slot: number | null;
            strength: number;
            /** @description null where the adapter is hidden or gone */
            title: string | null;
            /** @description The word that calls it here */
            trigger: string;
            /** @description Id of kind ver */
            version_id: string;
        };
        MixPatch: {
            /** @description Drawn with the newest version's adapters; null goes back to a portrait */
            cover_image_id?: string | null;
            description?: string;
            /**
             * @description Never less than that of any adapter in it; what moderators rated can only be raised
             * @enum {string}
             */
            rating?: "general" | "sensitive" | "explicit";
            title?: string;
            /** @enum {string} */
            visibility?: "public" | "unlisted" | "private";
        };
        MixPublish: {
            /** @default  */
            changelog?: string;
            /** @description A picture of yours that was drawn with exactly these adapter versions */
            cover_image_id?: string;
            description?: string;
            name: string;
            /**
             * @description Never less than that of any adapter in it
             * @enum {string}
             */
            rating?: "general" | "sensitive" | "explicit";
            /** @description Without it: the composition's own, else the name */
            title?: string;
            /**
             * @description public for a new mix
             * @enum {string}
             */
            visibility?: "public" | "unlisted" | "private";
        };
        MixVersion: {
            changelog: string;
            /** @description Id of kind cmp */
            composition_id: string;
            member_refs: string[];
            number: number;
            /**
             * Format: date-time
             * @description RFC 3339, UTC
             */
            published_at: string;
            /** @description owner/name of a mix, or owner/name:number for one version */
            ref: string;
        };
        MixWithVersions: {
            base: string;
            comments: number;
            composition: components["schemas"]["Composition"];
            /** @description Id of kind cmp */
            composition_id: string;
            /** @description Its cover, else the portrait of its first adapter */
            cover: components["schemas"]["Picture"] | null;
            /**
             * Format: date-time
             * @description RFC 3339, UTC
             */
            created_at: string;
            description: string;
            /** @description What it was made from, and what that was made from */
            forked_from: components["schemas"]["Ancestor"][];
            /** @description People who made one of their own from it */
            forks: number;
            /** @description Id of kind mix */
            id: string;
            likes: number;
            members: components["schemas"]["MixMember"][];
            name: string;
            /** @description The version shown here; of a list, the newest */
            number: number;
            /** @description An owner's public name */
            owner: string;
            /** @enum {string} */
            rating: "general" | "sensitive" | "explicit";
            /** @description owner/name of a mix, or owner/name:number for one version */
            ref: string;
            share_url: string;
            /** @enum {string} */
            state: "published" | "withdrawn" | "removed";
            title: string;
            /**
             * Format: date-time
             * @description RFC 3339, UTC
             */
            updated_at: string;
            /** @description Generations that finished with it */
            uses: number;
            /** @description Newest first */
            versions: components["schemas"]["MixVersion"][];
            /** @enum {string} */
            visibility: "public" | "unlisted" | "private";
        };
        ModerationAction: {
            /**
             * Format: date-time
             * @description RFC 3339, UTC
             */
            created_at: string;
            data: {
                [key: string]: string | number | null;
            };
            /** @enum {string|null} */
            ground: "minor" | "likeness" | "violence" | "hate" | "rating" | "ownership" | "spam" | "other" | null;
            /** @description Id of kind act */
            id: string;
            /** @enum {string} */
            kind: "remove" | "restore" | "rate" | "hide" | "unhide" | "suspend" | "unsuspend" | "dismiss" | "overturn" | "uphold" | "set_role" | "block_term" | "unblock_term";
            /** @description An owner's public name */
            moderator: string | null;
            reason: string;
            /** @description An owner's public name */
            subject: string | null;
            target: {
                id: string;
                /** @enum {string} */
                kind: "adapter" | "mix" | "picture" | "comment" | "user" | "term";
                label: string;
            };
        };
        ModerationTarget: {
            actions: components["schemas"]["ModerationAction"][];
            /** @description Send it with your decision */
            actions_seen: number;
            /** @description What may be done to it now */
            decisions: ("remove" | "restore" | "rate" | "hide" | "unhide" | "suspend" | "unsuspend" | "dismiss")[];
            pictures: {
                height: number;
                /** @description Id of kind img */
                id: string;
                url: string;
                width: number;
            }[];
            /**
             * Format: date-time
             * @description When the files of what was removed are deleted
             */
            purge_at: string | null;
            /**
             * Format: date-time
             * @description RFC 3339, UTC
             */
            purged_at: string | null;
            reports: {
                /**
                 * Format: date-time
                 * @description RFC 3339, UTC
                 */
                created_at: string;
                detail: string;
                /** @description Id of kind rep */
                id: string;
                /** @enum {string} */
                reason: "minor" | "likeness" | "violence" | "hate" | "rating" | "ownership" | "spam" | "other";
                /** @description An owner's public name */
                reporter: string | null;
                /** @enum {string} */
                state: "pending" | "actioned" | "dismissed";
            }[];
            target: components["schemas"]["TargetCard"];
            texts: {
                field: string;
                text: string;
            }[];
        };
        MyDecision: {
            appeal: {
                answer: string;
                /**
                 * Format: date-time
                 * @description RFC 3339, UTC
                 */
                created_at: string;
                /**
                 * Format: date-time
                 * @description RFC 3339, UTC
                 */
                decided_at: string | null;
                /** @description Id of kind apl */
                id: string;
                /** @enum {string} */
                state: "pending" | "upheld" | "overturned";
                text: string;
            } | null;
            /**
             * Format: date-time
             * @description Null where there is nothing to appeal against
             */
            appeal_until: string | null;
            /**
             * Format: date-time
             * @description RFC 3339, UTC
             */
            created_at: string;
            /** @enum {string|null} */
            ground: "minor" | "likeness" | "violence" | "hate" | "rating" | "ownership" | "spam" | "other" | null;
            /** @description Id of kind act */
            id: string;
            /** @enum {string} */
            kind: "remove" | "restore" | "rate" | "hide" | "unhide" | "suspend" | "unsuspend" | "dismiss" | "overturn" | "uphold" | "set_role" | "block_term" | "unblock_term";
            may_appeal: boolean;
            /**
             * Format: date-time
             * @description RFC 3339, UTC
             */
            purge_at: string | null;
            /**
             * Format: date-time
             * @description RFC 3339, UTC
             */
            purged_at: string | null;
            /** @enum {string|null} */
            rating: "general" | "sensitive" | "explicit" | null;
            reason: string;
            target: {
                id: string;
                /** @enum {string} */
                kind: "adapter" | "mix" | "picture" | "comment" | "user" | "term";
                label: string;
            };
        };
        Notification: {
            actor: components["schemas"]["PersonCard"] | null;
            /**
             * Format: date-time
             * @description RFC 3339, UTC
             */
            created_at: string;
            data: {
                [key: string]: string | number;
            };
            /** @description Of the comment it is about, while that is visible */
            excerpt: string | null;
            /** @description Id of kind ntf */
            id: string;
            /** @enum {string} */
            kind: "like" | "comment" | "reply" | "mention" | "follow" | "published" | "picture_shared" | "remix" | "fork" | "collected" | "report_decided" | "moderation" | "appeal_decided" | "webhook_disabled" | "training_ended";
            /**
             * Format: date-time
             * @description RFC 3339, UTC
             */
            read_at: string | null;
            /** @description The adapter, mix or shared picture it is about, while you may see it */
            target: {
                /** @enum {string} */
                kind: "adapter" | "mix" | "picture";
                ref: string;
                /** @description Of a shared picture the first words of its prompt */
                title: string;
            } | null;
            target_id: string | null;
        };
        NotificationPage: {
            items: components["schemas"]["Notification"][];
            next_cursor: string | null;
            /** @description Counted up to 100 */
            unread_count: number;
        };
        NotificationsRead: {
            /** @enum {boolean} */
            all?: true;
            /**
             * Format: date-time
             * @description With `all`: only what was there at that time
             */
            before?: string;
            ids?: string[];
        };
        OpenAiImageCreate: {
            /** @description More adapters beside the model, or another strength or region for it */
            adapters?: components["schemas"]["Member"][] | null;
            /** @enum {string|null} */
            background?: "auto" | "opaque" | null;
            guidance?: number | null;
            /** @description A base, owner/adapter, owner/adapter:2 or owner/mix; without it the first base */
            model?: string;
            /**
             * @description Accepted, without effect
             * @enum {string|null}
             */
            moderation?: "auto" | "low" | null;
            n?: number | null;
            negative_prompt?: string | null;
            /** @enum {number|null} */
            output_compression?: 100 | null;
            /** @enum {string|null} */
            output_format?: "png" | null;
            partial_images?: number | null;
            prompt: string;
            /**
             * @description Accepted, without effect; steps says how much work is done
             * @enum {string|null}
             */
            quality?: "auto" | "standard" | "hd" | "low" | "medium" | "high" | null;
            /** @description Boxes for the adapters that have none, in their order: the model first */
            regions?: (components["schemas"]["Region"] | null)[] | null;
            /**
             * @description Without it: b64_json
             * @enum {string|null}
             */
            response_format?: "url" | "b64_json" | null;
            seed?: number | null;
            /** @description auto: one cell for each adapter, as far as the base has them */
            size?: string | null;
            steps?: number | null;
            stream?: boolean | null;
            /**
             * @description Accepted, without effect
             * @enum {string|null}
             */
            style?: "vivid" | "natural" | null;
            /** @description Accepted, without effect */
            user?: string | null;
        };
        OpenAiImages: {
            /** @enum {string} */
            background: "opaque";
            created: number;
            data: {
                b64_json?: string;
                /** @description The prompt as it was drawn, where a trigger had to be put in */
                revised_prompt?: string;
                seed: number | null;
                url?: string;
            }[];
            /** @description The generation, for the native API */
            job_id: string;
            /** @enum {string} */
            output_format: "png";
            /** @enum {string} */
            quality: "auto";
            size: string;
            usage: {
                input_tokens: number;
                input_tokens_details: {
                    image_tokens: number;
                    text_tokens: number;
                };
                output_tokens: number;
                total_tokens: number;
            };
            warnings: string[];
        };
        OpenAiModel: {
            created: number;
            id: string;
            /** @enum {string} */
            object: "model";
            owned_by: string;
            title: string;
        };
        OpenAiModels: {
            data: components["schemas"]["OpenAiModel"][];
            /** @enum {string} */
            object: "list";
        };
        Operations: {
            failed_last_day: number;
            queues: components["schemas"]["QueueStanding"][];
            /** @description Heard of in the last two minutes, or holding a job */
            runners: number;
            webhooks: {
                /** @description How late the attempt is that is due longest */
                overdue_seconds: number;
                pending: number;
            };
        };
        Output: {
            content_type: string;
            /**
             * @description Role image carries width, height, seed and recipe
             * @default {}
             */
            meta?: {
                height?: number;
                prompt?: string;
                recipe?: {
                    [key: string]: unknown;
                };
                seed?: number;
                width?: number;
            } & {
                [key: string]: unknown;
            };
            name: string;
            /** @enum {string} */
            role: "image" | "adapter" | "sample" | "checkpoint";
            /** @description SHA-256 of the bytes, lower-case hexadecimal */
            sha256: string;
            size_bytes: number;
        };
        Passkey: {
            /**
             * Format: date-time
             * @description RFC 3339, UTC
             */
            created_at: string | null;
            id: string;
            name: string;
            /** @description Whether its keeper copies it to other devices */
            synced: boolean;
        };
        PasskeyPatch: {
            name: string;
        };
        PasswordChange: {
            /** @description Needed where the account has a password */
            current_password?: string;
            new_password: string;
        };
        PersonCard: {
            avatar_url: string | null;
            /** @description An owner's public name */
            handle: string;
            name: string;
        };
        Picture: {
            height: number;
            /** @description Id of kind img */
            id: string;
            url: string;
            width: number;
        };
        PictureShare: {
            /** @description A picture of a generation of yours */
            image_id: string;
            /**
             * @description Never less than that of any adapter in it. Of a picture that is shared already it changes the rating
             * @enum {string}
             */
            rating?: "general" | "sensitive" | "explicit";
        };
        Preview: {
            height: number;
            /** @description Id of kind img */
            id: string;
            /** @description Null for a picture that was uploaded */
            recipe: components["schemas"]["Recipe"] | null;
            url: string;
            width: number;
        };
        Problem: {
            /** @enum {string} */
            code: "json_invalid" | "form_invalid" | "request_invalid" | "auth_required" | "key_invalid" | "scope_missing" | "not_granted" | "origin_not_allowed" | "session_required" | "account_suspended" | "upload_url_invalid" | "not_found" | "method_not_allowed" | "name_taken" | "slot_taken" | "slots_exhausted" | "slot_missing" | "version_state" | "upload_incomplete" | "decision_made" | "scan_pending" | "class_full" | "key_rotated" | "webhook_disabled" | "job_finished" | "lease_lost" | "idempotency_in_flight" | "adapter_removed" | "mix_removed" | "picture_removed" | "length_required" | "precondition_failed" | "body_too_large" | "content_type_unsupported" | "range_unsatisfiable" | "host_unknown" | "base_unknown" | "adapter_unknown" | "adapter_incompatible" | "adapter_unready" | "composition_unknown" | "upload_unknown" | "upload_mismatch" | "content_blocked" | "scan_failed" | "file_invalid" | "image_invalid" | "account_invalid" | "licence_conflict" | "output_missing" | "output_mismatch" | "idempotency_mismatch" | "quota_exceeded" | "rate_limited" | "internal";
            detail: string;
            error: {
                /**
                 * @description As `code`; where OpenAI's API reports a job that failed, the job's own
                 * @enum {string}
                 */
                code: "json_invalid" | "form_invalid" | "request_invalid" | "auth_required" | "key_invalid" | "scope_missing" | "not_granted" | "origin_not_allowed" | "session_required" | "account_suspended" | "upload_url_invalid" | "not_found" | "method_not_allowed" | "name_taken" | "slot_taken" | "slots_exhausted" | "slot_missing" | "version_state" | "upload_incomplete" | "decision_made" | "scan_pending" | "class_full" | "key_rotated" | "webhook_disabled" | "job_finished" | "lease_lost" | "idempotency_in_flight" | "adapter_removed" | "mix_removed" | "picture_removed" | "length_required" | "precondition_failed" | "body_too_large" | "content_type_unsupported" | "range_unsatisfiable" | "host_unknown" | "base_unknown" | "adapter_unknown" | "adapter_incompatible" | "adapter_unready" | "composition_unknown" | "upload_unknown" | "upload_mismatch" | "content_blocked" | "scan_failed" | "file_invalid" | "image_invalid" | "account_invalid" | "licence_conflict" | "output_missing" | "output_mismatch" | "idempotency_mismatch" | "quota_exceeded" | "rate_limited" | "internal" | "runner_error" | "out_of_memory" | "training_diverged" | "input_invalid" | "prompt_invalid" | "base_missing" | "runs_exhausted" | "deadline_passed" | "output_invalid" | "dependency_failed";
                message: string;
                param: string | null;
                type: string;
            };
            errors: {
                detail: string;
                /** @description JSON pointer into the body, or ?name for a query parameter */
                pointer: string;
                /** @enum {string} */
                reason?: "empty" | "pickle" | "zip" | "gguf" | "not_safetensors" | "truncated" | "trailing_bytes" | "header_too_large" | "header_not_json" | "offsets_invalid" | "dtype_invalid" | "shape_invalid" | "tensor_missing" | "tensor_unexpected" | "lora_unsupported" | "value_not_finite" | "norm_too_large" | "metadata_missing" | "metadata_invalid" | "format_mismatch" | "base_mismatch" | "basis_mismatch" | "rank_mismatch" | "slot_mismatch" | "hash_mismatch" | "type_unknown" | "type_mismatch" | "too_many_pixels" | "too_many_bytes";
            }[];
            instance: string;
            status: number;
            title: string;
            /** @description Beside a 410: what stood here, when it went, by whom and why */
            tombstone?: {
                /** @description In the words of whoever took it away; may be empty */
                reason: string;
                ref: string;
                /**
                 * Format: date-time
                 * @description RFC 3339, UTC
                 */
                removed_at: string;
                /** @enum {string} */
                removed_by: "owner" | "moderators" | "scan";
                title: string;
            };
            type: string;
        };
        Profile: {
            /** @description Public ones that are published */
            adapters: number;
            /** @description Where the picture is; null without one */
            avatar_url: string | null;
            bio: string;
            followers: number;
            /** @description An owner's public name */
            handle: string;
            /** @description Id of kind usr */
            id: string;
            /**
             * Format: date-time
             * @description RFC 3339, UTC
             */
            joined_at: string;
            name: string;
            /** @description How often these were used in a picture */
            uses: number;
        };
        ProfilePatch: {
            /** @description A finished upload of kind avatar; null takes the picture away */
            avatar_upload_id?: string | null;
            /** @description Plain text */
            bio?: string;
            name?: string;
            shown_ratings?: ("general" | "sensitive" | "explicit")[];
            training_emails?: boolean;
        };
        Progress: {
            message: string;
            step: number;
            total: number;
        };
        QueueEntry: {
            /**
             * Format: date-time
             * @description RFC 3339, UTC
             */
            oldest_at: string;
            reasons: {
                count: number;
                /** @enum {string} */
                reason: "minor" | "likeness" | "violence" | "hate" | "rating" | "ownership" | "spam" | "other";
            }[];
            reports: number;
            target: components["schemas"]["TargetCard"];
        };
        QueueStanding: {
            base: string;
            /** @enum {string} */
            kind: "sample" | "train";
            /**
             * Format: date-time
             * @description RFC 3339, UTC
             */
            oldest_queued_at: string | null;
            queued: number;
            running: number;
        };
        Reason: {
            /** @default  */
            reason?: string;
        };
        /** @description What made the picture, as the runner wrote it into the PNG */
        Recipe: {
            [key: string]: unknown;
        };
        Region: {
            height: number;
            width: number;
            x: number;
            y: number;
        };
        Release: {
            reason: string;
        };
        ReleaseReply: {
            /** @enum {string} */
            status: "queued" | "canceled";
        };
        Replayed: {
            replayed: number;
        };
        ReplayedJob: {
            /** @description The new job; the failed one stays as it is */
            job_id: string;
        };
        ReplicateAccount: {
            github_url: null;
            name: string;
            /** @enum {string} */
            type: "user";
            /** @description An owner's public name */
            username: string;
        };
        ReplicateFile: {
            checksums: {
                sha256: string;
            };
            content_type: string;
            /**
             * Format: date-time
             * @description RFC 3339, UTC
             */
            created_at: string;
            etag: string;
            /**
             * Format: date-time
             * @description RFC 3339, UTC
             */
            expires_at: string | null;
            /** @description Id of kind upl */
            id: string;
            metadata: {
                [key: string]: unknown;
            };
            name: string;
            size: number;
            urls: {
                get: string;
            };
        };
        ReplicateHardware: {
            name: string;
            sku: string;
        };
        ReplicateInput: {
            /** @description More adapters beside the model, or another strength or region for it */
            adapters?: components["schemas"]["Member"][];
            guidance_scale?: number;
            height?: number;
            negative_prompt?: string;
            num_inference_steps?: number;
            num_outputs?: number;
            /** @enum {string} */
            output_format?: "png";
            /** @description Prompt */
            prompt: string;
            /** @description Boxes for the adapters that have none, in their order: the model first */
            regions?: (components["schemas"]["Region"] | null)[];
            /** @description Random where it is left out */
            seed?: number | null;
            /** @description 512x256; or send width and height. Without it: one with room for the prompt's people and the adapters */
            size?: string;
            /** @description Of the model's own adapter */
            strength?: number;
            width?: number;
        };
        ReplicateModel: {
            cover_image_url: string | null;
            default_example: null;
            description: string;
            github_url: null;
            latest_version: components["schemas"]["ReplicateVersion"] | null;
            license_url: string | null;
            name: string;
            owner: string;
            paper_url: null;
            run_count: number;
            url: string;
            /** @enum {string} */
            visibility: "public" | "private";
        };
        ReplicateModelCreate: {
            /** @description Accepted, without effect */
            cover_image_url?: string | null;
            description?: string | null;
            /** @description Accepted, without effect */
            github_url?: string | null;
            /** @description Accepted, without effect */
            hardware?: string | null;
            /** @description Accepted, without effect */
            license_url?: string | null;
            name: string;
            /** @description An owner's public name */
            owner: string;
            /** @description Accepted, without effect */
            paper_url?: string | null;
            /** @enum {string} */
            visibility: "public" | "private";
        };
        ReplicateModelPredictionCreate: {
            input: components["schemas"]["ReplicateInput"];
            /** @description Accepted, without effect: every prediction streams */
            stream?: boolean | null;
            webhook?: string | null;
            webhook_events_filter?: ("start" | "output" | "logs" | "completed")[] | null;
        };
        ReplicatePrediction: {
            /**
             * Format: date-time
             * @description RFC 3339, UTC
             */
            completed_at: string | null;
            /**
             * Format: date-time
             * @description RFC 3339, UTC
             */
            created_at: string;
            /** @enum {boolean} */
            data_removed: false;
            error: string | null;
            /** @description Id of kind job */
            id: string;
            input: {
                [key: string]: unknown;
            };
            logs: string;
            metrics: {
                predict_time?: number;
                total_time?: number;
            };
            model: string;
            /** @description Addresses that need no key and expire */
            output: string[] | null;
            /** @enum {string} */
            source: "api";
            /**
             * Format: date-time
             * @description RFC 3339, UTC
             */
            started_at: string | null;
            /** @enum {string} */
            status: "starting" | "processing" | "succeeded" | "failed" | "canceled";
            urls: {
                cancel: string;
                get: string;
                stream: string;
            };
            version: string;
            webhook: string | null;
            webhook_events_filter: ("start" | "output" | "logs" | "completed")[] | null;
        };
        ReplicatePredictionCreate: {
            input: components["schemas"]["ReplicateInput"];
            /** @description owner/name, in place of a version */
            model?: string;
            /** @description Accepted, without effect: every prediction streams */
            stream?: boolean | null;
            /** @description A version's id (ver_...), the SHA-256 of its file, a base's id, owner/name or owner/name:2 */
            version?: string;
            webhook?: string | null;
            webhook_events_filter?: ("start" | "output" | "logs" | "completed")[] | null;
        };
        ReplicateTraining: {
            /**
             * Format: date-time
             * @description RFC 3339, UTC
             */
            completed_at: string | null;
            /**
             * Format: date-time
             * @description RFC 3339, UTC
             */
            created_at: string;
            destination: string;
            error: string | null;
            /** @description Id of kind job */
            id: string;
            input: {
                [key: string]: unknown;
            };
            logs: string;
            metrics: {
                predict_time?: number;
                total_time?: number;
            };
            model: string;
            output: {
                version: string;
                weights: string;
            } | null;
            /** @enum {string} */
            source: "api";
            /**
             * Format: date-time
             * @description RFC 3339, UTC
             */
            started_at: string | null;
            /** @enum {string} */
            status: "starting" | "processing" | "succeeded" | "failed" | "canceled";
            urls: {
                cancel: string;
                get: string;
            };
            version: string;
            webhook: string | null;
            webhook_events_filter: ("start" | "output" | "logs" | "completed")[] | null;
        };
        ReplicateTrainingCreate: {
            destination: string;
            input: components["schemas"]["ReplicateTrainingInput"];
            webhook?: string | null;
            webhook_events_filter?: ("start" | "output" | "logs" | "completed")[] | null;
        };
        ReplicateTrainingInput: {
            captions?: string[];
            /** @description person, dog, style */
            class_word?: string;
            concept?: string;
            description?: string;
            /** @description What files.create gave: one zip of pictures (and name.txt captions), or a list */
            input_images: string | string[];
            /** @description Of a new adapter. Without it: CC-BY-NC-ND-4.0 */
            licence?: {
                commercial_use: boolean;
                /** @description Whoever uses it must name the owner */
                credit: boolean;
                derivatives: boolean;
                /** @description Derivatives may carry another licence */
                different_licence: boolean;
                spdx: string;
            };
            seed?: number;
            steps?: number;
            title?: string;
            /** @description <ada> or ada; without it the destination's name */
            trigger_word?: string;
            /**
             * @description Of a new adapter. Without it: private
             * @enum {string}
             */
            visibility?: "public" | "unlisted" | "private";
        };
        ReplicateVersion: {
            cog_version: string;
            /**
             * Format: date-time
             * @description RFC 3339, UTC
             */
            created_at: string;
            id: string;
            openapi_schema: {
                [key: string]: unknown;
            };
        };
        Reply: {
            /** @description What you may do with it */
            allowed: ("reply" | "edit" | "delete" | "hide" | "unhide")[];
            author: components["schemas"]["PersonCard"];
            /** @description Empty where it was deleted, or hidden from you */
            body: string;
            /**
             * Format: date-time
             * @description RFC 3339, UTC
             */
            created_at: string;
            /**
             * Format: date-time
             * @description RFC 3339, UTC
             */
            edited_at: string | null;
            /** @description Id of kind cmt */
            id: string;
            /** @description Id of kind cmt */
            parent_id: string | null;
            /** @enum {string} */
            state: "visible" | "hidden" | "deleted";
        };
        Report: {
            /**
             * Format: date-time
             * @description RFC 3339, UTC
             */
            created_at: string;
            /**
             * Format: date-time
             * @description RFC 3339, UTC
             */
            decided_at: string | null;
            detail: string;
            /** @description Id of kind rep */
            id: string;
            /**
             * @description What was done about it
             * @enum {string|null}
             */
            outcome: "remove" | "restore" | "rate" | "hide" | "unhide" | "suspend" | "unsuspend" | "dismiss" | null;
            /** @enum {string} */
            reason: "minor" | "likeness" | "violence" | "hate" | "rating" | "ownership" | "spam" | "other";
            /** @enum {string} */
            state: "pending" | "actioned" | "dismissed";
            target: {
                id: string;
                /** @enum {string} */
                kind: "adapter" | "mix" | "picture" | "comment" | "user";
                /** @description owner/name, @handle, or the first words of a comment or of a picture's prompt */
                label: string;
                /** @description Where it is seen: itself, or what the comment is on; a picture by id, a user by handle */
                place: {
                    /** @enum {string} */
                    kind: "adapter" | "mix" | "picture" | "user";
                    ref: string;
                } | null;
            };
        };
        ReportCreate: {
            /** @default  */
            detail?: string;
            /** @enum {string} */
            reason: "minor" | "likeness" | "violence" | "hate" | "rating" | "ownership" | "spam" | "other";
            target: components["schemas"]["ReportTarget"];
        };
        ReportTarget: {
            /** @enum {string} */
            kind: "adapter";
            /** @description owner/name, or owner/name:number for one version */
            ref: string;
        } | {
            /** @enum {string} */
            kind: "mix";
            /** @description owner/name, or owner/name:number for one version */
            ref: string;
        } | {
            /** @description Id of kind pic */
            id: string;
            /** @enum {string} */
            kind: "picture";
        } | {
            /** @description Id of kind cmt */
            id: string;
            /** @enum {string} */
            kind: "comment";
        } | {
            /** @description An owner's public name */
            handle: string;
            /** @enum {string} */
            kind: "user";
        };
        ResolvedMember: {
            foreign?: components["schemas"]["MemberForeign"];
            /** @description owner/name, or owner/name:number for one version */
            ref: string;
            region: components["schemas"]["Region"] | null;
            /** @description Null for a LoRA of another program */
            slot: number | null;
            strength: number;
            /** @description The word that calls it here */
            trigger: string;
            /** @description Id of kind ver */
            version_id: string;
        };
        RoleChange: {
            /** @description An owner's public name */
            handle: string;
            reason: string;
            /** @enum {string} */
            role: "user" | "moderator";
        };
        RoleOf: {
            /** @description An owner's public name */
            handle: string;
            /** @enum {string} */
            role: "user" | "moderator";
        };
        RunnerDeregister: {
            /** @description Id of kind rnr */
            runner_id: string;
        };
        RunnerRegister: {
            bases: string[];
            device: string;
            dtype: string;
            memory_bytes: number;
            name: string;
            version: string;
        };
        RunnerRegistered: {
            heartbeat_seconds: number;
            lease_ttl_seconds: number;
            /** @description Id of kind rnr */
            runner_id: string;
        };
        RunnerStanding: {
            bases: string[];
            device: string;
            /**
             * Format: date-time
             * @description Since then it gets no job: it finishes what it holds and leaves
             */
            drain_requested_at: string | null;
            dtype: string;
            /** @description Jobs it holds the lease of */
            holds: number;
            /** @description Id of kind rnr */
            id: string;
            /**
             * Format: date-time
             * @description When it last asked for work
             */
            last_seen_at: string;
            memory_bytes: number;
            name: string;
            /** @description An owner's public name */
            owner: string;
            /**
             * Format: date-time
             * @description RFC 3339, UTC
             */
            registered_at: string;
            version: string;
        };
        SampleSpec: {
            adapters: {
                foreign?: components["schemas"]["MemberForeign"];
                input: string;
                ref: string;
                region: components["schemas"]["Region"] | null;
                slot: number | null;
                strength: number;
                trigger: string;
                /** @description Id of kind ver */
                version_id: string;
            }[];
            /** @description Also compare pictures that do not call the adapter, with it and without: settle carries the certificate */
            certify?: boolean;
            clip_skip?: number | null;
            count: number;
            /** @description The picture is delivered in this size: as large as fits, at the bottom; beyond its edges their median colour */
            enlarge_to?: {
                height: number;
                width: number;
            } | null;
            guidance: number;
            height: number;
            negative_prompt: string;
            prompt: string;
            /** @description One of the base's; without it, its default */
            sampler?: string | null;
            seed: number;
            steps: number;
            width: number;
        };
        Scan: {
            report: components["schemas"]["ScanReport"] | null;
            /** @enum {string} */
            state: "pending" | "passed" | "failed";
        };
        ScanCheck: {
            detail: string;
            /** @enum {string} */
            name: "hashes" | "values" | "norms" | "duplicate" | "certificate";
            passed: boolean;
        };
        ScanReport: {
            /** @description The first ten digits of the SHA-256, upper case, as Civitai writes it */
            autov2: string;
            checks: components["schemas"]["ScanCheck"][];
            /** @description Frobenius norms of the layers' residuals at strength 1; null for a LoRA of another program, which no base bounds */
            norms: {
                largest: number;
                limit: number;
                mean: number;
            } | null;
            /**
             * Format: date-time
             * @description RFC 3339, UTC
             */
            scanned_at: string;
            /** @description SHA-256 of the bytes, lower-case hexadecimal */
            sha256: string;
            /** @description Of the tensors without the header */
            tensors_sha256: string;
            values: {
                /** @description Numbers in the file */
                count: number;
                /** @description How many of them are 0: from 0 to 1 */
                zero_share: number;
            };
        };
        /** @description Samples of a trained concept by expression, read by which training picture they come closest to; a base without a reader has none */
        SelfCheck: {
            drawn: number;
            expressions: {
                drawn: number;
                name: string;
                right: number;
            }[];
            /** @description In how many the reader found what was asked */
            right: number;
            steps: number;
        };
        /** @description Each event of the stream */
        ServerSentEvent: {
            /** @description JSON */
            data: string;
            event: string;
            id?: string;
        };
        Settle: {
            /** @description Of a training on a base that keeps concepts silent */
            certificate?: {
                /** @description Fixed prompts of the base, none of which names the concept */
                prompts: string[];
                seed: number;
                steps: number;
                /** @description Every picture is the same, to the byte */
                unchanged: boolean;
                /** @description The same with it attached */
                with: string[];
                /** @description Of each prompt's picture without the adapter: SHA-256 of its RGB bytes, rows first */
                without: string[];
            } | null;
            error?: {
                /** @enum {string} */
                code: "runner_error" | "out_of_memory" | "training_diverged" | "input_invalid" | "prompt_invalid" | "base_missing" | "runs_exhausted" | "deadline_passed" | "output_invalid" | "dependency_failed";
                message: string;
                retryable: boolean;
            } | null;
            /** @default {} */
            metrics?: {
                [key: string]: unknown;
            };
            /** @enum {string} */
            outcome: "succeeded" | "failed" | "canceled";
            /** @default [] */
            outputs?: components["schemas"]["Output"][];
            /** @description Of a training on a base with a reader */
            self_check?: {
                drawn: number;
                expressions: {
                    drawn: number;
                    name: string;
                    right: number;
                }[];
                /** @description In how many the reader found what was asked */
                right: number;
                steps: number;
            } | null;
            /** @default [] */
            warnings?: string[];
        };
        /** @description queued: the failure was retryable and the job waits again */
        SettleReply: {
            /** @enum {string} */
            status: "queued" | "succeeded" | "failed" | "canceled";
        };
        SharedPicture: {
            base: string;
            /** @description Id of kind pic */
            id: string;
            image: components["schemas"]["Picture"];
            likes: number;
            /** @description Others see it. False once it was withdrawn or removed, and while an adapter in it is not public or the version was yanked */
            listed: boolean;
            members: components["schemas"]["MixMember"][];
            /** @description An owner's public name */
            owner: string;
            /** @description Where it is shown with its recipe */
            page_url: string;
            prompt: string;
            /** @enum {string} */
            rating: "general" | "sensitive" | "explicit";
            recipe: components["schemas"]["Recipe"];
            /**
             * Format: date-time
             * @description RFC 3339, UTC
             */
            shared_at: string;
            /** @enum {string} */
            state: "published" | "withdrawn" | "removed";
        };
        SlotRequest: {
            /** @description Id or owner/name of a collection of yours: the slot is one of its class */
            collection?: string;
            /** @description The slot that you ask for; without it the next free one of your class is taken */
            slot?: number;
        };
        SlotReservation: {
            /** @description Id of kind adp */
            adapter_id: string;
            base: string;
            /** @description Slots of one class are exactly orthogonal */
            class: number;
            /**
             * Format: date-time
             * @description When a draft loses it; a training or a new version moves this. Null once published: kept for ever
             */
            expires_at: string | null;
            /** @description Id of kind slt */
            id: string;
            slot: number;
        };
        /** @description At most 8 together */
        Suggestions: {
            adapters: {
                class_word: string;
                preview_url: string | null;
                /** @description owner/name, or owner/name:number for one version */
                ref: string;
                title: string;
            }[];
            /** @description The query that was answered, where nothing had the words that were asked for */
            corrected: string | null;
            owners: {
                count: number;
                /** @description An owner's public name */
                handle: string;
            }[];
            tags: {
                count: number;
                tag: string;
            }[];
        };
        TargetCard: {
            id: string;
            /** @enum {string} */
            kind: "adapter" | "mix" | "picture" | "comment" | "user";
            /** @description owner/name, @handle, or the first words of a comment or of a picture's prompt */
            label: string;
            /** @description Whose it is; null once they have left */
            owner: string | null;
            /** @description Where it is seen: itself, or what the comment is on; a picture by id, a user by handle */
            place: {
                /** @enum {string} */
                kind: "adapter" | "mix" | "picture" | "user";
                ref: string;
            } | null;
            /** @enum {string|null} */
            rating: "general" | "sensitive" | "explicit" | null;
            state: string;
            title: string;
        };
        Training: {
            base: string;
            cancel_requested: boolean;
            cost: components["schemas"]["Cost"];
            /**
             * Format: date-time
             * @description RFC 3339, UTC
             */
            created_at: string;
            error: {
                /** @enum {string} */
                code: "runner_error" | "out_of_memory" | "training_diverged" | "input_invalid" | "prompt_invalid" | "base_missing" | "runs_exhausted" | "deadline_passed" | "output_invalid" | "dependency_failed";
                message: string;
            } | null;
            events_url: string;
            /**
             * Format: date-time
             * @description RFC 3339, UTC
             */
            finished_at: string | null;
            /** @description Id of kind job */
            id: string;
            /** @enum {string} */
            kind: "train";
            metrics: {
                [key: string]: unknown;
            };
            /**
             * @description low costs half and waits until nothing else does. high costs double and does not wait behind your other jobs; those of others it does not pass, but takes turns with them
             * @enum {string}
             */
            priority: "low" | "normal" | "high";
            progress: components["schemas"]["Progress"] | null;
            /** @description 1 is next; null once the job has left the queue, and while it waits for a training */
            queue_position: number | null;
            request: {
                /** @description owner/name, or owner/name:number for one version */
                adapter: string;
                /** @description Id of kind adp */
                adapter_id: string;
                class_word: string;
                concept: string;
                /** @description The version whose weights it began with; absent where it began anew */
                from_version_id?: string;
                images: {
                    caption: string;
                    url: string;
                }[];
                seed: number;
                slot: number;
                steps: number;
                /** @description The adapter's title when it was ordered; absent in trainings that were ordered earlier */
                title?: string;
                trigger: string;
            };
            result: {
                /** @description owner/name, or owner/name:number for one version */
                adapter: string;
                /** @description URLs of sample pictures */
                samples: string[];
                /** @description Id of kind ver */
                version_id: string;
            } | null;
            /**
             * Format: date-time
             * @description RFC 3339, UTC
             */
            started_at: string | null;
            /** @enum {string} */
            status: "queued" | "running" | "succeeded" | "failed" | "canceled";
            url: string;
            warnings: string[];
        };
        TrainingCreate: {
            adapter?: components["schemas"]["AdapterCreate"];
            /** @description owner/name */
            adapter_ref?: string;
            /** @description Without it: the adapter's own */
            class_word?: string;
            /** @description A version of adapter_ref whose weights the training begins with, to train it further; anew without it */
            from_version?: string;
            /** @description Different pictures: the same bytes twice are refused */
            images: {
                /** @default  */
                caption?: string;
                /** @description Id of kind upl */
                upload_id: string;
            }[];
            /** @description Instead of steps: the name of one of the base's presets */
            preset?: string;
            /**
             * @description low costs half and waits until nothing else does. high costs double and does not wait behind your other jobs; those of others it does not pass, but takes turns with them
             * @enum {string}
             */
            priority?: "low" | "normal" | "high";
            seed?: number;
            steps?: number;
            /** @description Without it: that of from_version, or <name> of the adapter. With from_version: no other than its own */
            trigger?: string;
            webhook?: components["schemas"]["JobWebhook"];
        };
        TrainSpec: {
            /** @description Id of kind adp */
            adapter_id: string;
            class_word: string;
            concept: string;
            images: {
                caption: string;
                input: string;
            }[];
            rank: number;
            resume_input: string | null;
            sample_prompts: string[];
            seed: number;
            slot: number;
            steps: number;
            trigger: string;
        };
        UnreadCount: {
            /** @description Counted up to 100 */
            unread_count: number;
        };
        Upload: {
            /**
             * Format: date-time
             * @description RFC 3339, UTC
             */
            expires_at: string;
            /** @description Id of kind upl */
            id: string;
            /** @enum {string} */
            kind: "adapter" | "training_image" | "preview" | "avatar";
            /** @description Null where the bytes come in one request */
            parts: {
                /** @description POST here once every part has arrived */
                complete_url: string;
                count: number;
                /** @description Numbers of the parts that have arrived, from 1 on */
                received: number[];
                /** @description Of every part but the last, which holds the rest */
                size_bytes: number;
                /** @description PUT part n to the nth address with its exact Content-Length */
                urls: string[];
            } | null;
            /**
             * @description stored: the bytes are here, nothing needs to be PUT
             * @enum {string}
             */
            state: "announced" | "stored";
            /** @description PUT the bytes here; needs no further authorisation. Null where they come in parts */
            upload_url: string | null;
        };
        UploadCreate: {
            content_type: string;
            /** @default  */
            filename?: string;
            /** @enum {string} */
            kind: "adapter" | "training_image" | "preview" | "avatar";
            /**
             * @description Send an adapter file in parts although it is small; above 90 MiB that is so anyway
             * @default false
             */
            multipart?: boolean;
            /** @description SHA-256 of the bytes, lower-case hexadecimal */
            sha256: string;
            size_bytes: number;
        };
        UploadStored: {
            height: number | null;
            /** @description Id of kind upl */
            id: string;
            /** @description Of what is kept: place, time and thumbnails are taken out of pictures, how they are turned is not */
            sha256: string;
            /** @description Of what is kept */
            size_bytes: number;
            /** @enum {string} */
            state: "stored";
            /** @description As the picture is seen, where EXIF turns it */
            width: number | null;
        };
        UsedWith: {
            adapter: components["schemas"]["Adapter"];
            /** @description Published compositions with both */
            mixes: number;
        };
        Version: {
            /** @description Id of kind adp */
            adapter_id: string;
            base: string;
            /** @description Whether it changes nothing when it is not called; null where no runner of this service has drawn it */
            certificate: components["schemas"]["Certificate"] | null;
            changelog: string;
            /**
             * Format: date-time
             * @description RFC 3339, UTC
             */
            created_at: string;
            download_url: string;
            /** @description Of a LoRA of another program; null for an adapter */
            foreign: components["schemas"]["Foreign"] | null;
            hashes: components["schemas"]["Hashes"];
            /** @description Id of kind ver */
            id: string;
            /** @description The training that made it */
            job_id: string | null;
            number: number;
            /** @description The job that draws previews for a version published without any, or compares pictures for its certificate */
            preview_job_id: string | null;
            previews: components["schemas"]["Preview"][];
            /**
             * Format: date-time
             * @description RFC 3339, UTC
             */
            published_at: string | null;
            /** @description owner/name, or owner/name:number for one version */
            ref: string;
            scan: components["schemas"]["Scan"];
            /** @description How its own samples were read after training */
            self_check: components["schemas"]["SelfCheck"] | null;
            /** @description SHA-256 of the bytes, lower-case hexadecimal */
            sha256: string;
            size_bytes: number;
            /** @description Null for a LoRA of another program */
            slot: number | null;
            /** @enum {string} */
            state: "draft" | "published" | "yanked";
            /** @description The strength its owner recommends */
            strength: number;
            /** @description Id of kind ver */
            superseded_by: string | null;
            /** @description The published version before it */
            supersedes: string | null;
            trigger: string;
            yank: components["schemas"]["Yank"] | null;
        };
        VersionCreate: {
            /** @default  */
            changelog?: string;
            /**
             * @description Pictures of your generations, shown behind the uploaded previews
             * @default []
             */
            images?: string[];
            /**
             * @description Uploads of kind preview. A picture that is named twice is shown once
             * @default []
             */
            previews?: string[];
            /** @description Without it: the file's own */
            strength?: number;
            /** @description Must equal the file's. Of a LoRA of another program: what calls it, without it <name> */
            trigger?: string;
            /** @description Id of kind upl */
            upload_id: string;
            /** @description Of a LoRA of another program: what its users write in prompts, read in the trigger's place. Empty: none. Without it: the first that the file names */
            words?: string;
        };
        VersionPatch: {
            changelog?: string;
            /** @description The whole new row of previews: ids of pictures that the version has, of your generations, or of uploads. One that is named twice is shown once */
            previews?: (string)[];
            /** @description Of drafts only */
            strength?: number;
        };
        Webhook: {
            /**
             * Format: date-time
             * @description RFC 3339, UTC
             */
            created_at: string;
            description: string;
            /** @enum {string|null} */
            disabled_reason: "owner" | "gone" | "failing" | null;
            enabled: boolean;
            events: components["schemas"]["WebhookEvents"];
            /**
             * Format: date-time
             * @description RFC 3339, UTC
             */
            failing_since: string | null;
            /** @description Attempts that failed since the last that did not */
            failures: number;
            /** @description Id of kind whk */
            id: string;
            /**
             * Format: date-time
             * @description Until then the secret before the rotation signs too
             */
            old_secret_until: string | null;
            /**
             * Format: date-time
             * @description RFC 3339, UTC
             */
            updated_at: string;
            url: string;
        };
        WebhookCreate: {
            /** @default  */
            description?: string;
            events: components["schemas"]["WebhookEvents"];
            /** @description https, reachable from the public internet; redirects are not followed */
            url: string;
        };
        /**
         * @description generation.succeeded, training.*, *.failed, ...
         * @default [
         *       "*.succeeded",
         *       "*.failed",
         *       "*.canceled"
         *     ]
         */
        WebhookEvents: string[];
        WebhookPatch: {
            description?: string;
            enabled?: boolean;
            events?: components["schemas"]["WebhookEvents"];
            /** @description https, reachable from the public internet; redirects are not followed */
            url?: string;
        };
        /** @description The secret is shown here and not again */
        WebhookWithSecret: {
            /**
             * Format: date-time
             * @description RFC 3339, UTC
             */
            created_at: string;
            description: string;
            /** @enum {string|null} */
            disabled_reason: "owner" | "gone" | "failing" | null;
            enabled: boolean;
            events: components["schemas"]["WebhookEvents"];
            /**
             * Format: date-time
             * @description RFC 3339, UTC
             */
            failing_since: string | null;
            /** @description Attempts that failed since the last that did not */
            failures: number;
            /** @description Id of kind whk */
            id: string;
            /**
             * Format: date-time
             * @description Until then the secret before the rotation signs too
             */
            old_secret_until: string | null;
            /** @description whsec_ and 32 bytes in base64 */
            secret: string;
            /**
             * Format: date-time
             * @description RFC 3339, UTC
             */
            updated_at: string;
            url: string;
        };
        Yank: {
            reason: string;
            /**
             * Format: date-time
             * @description RFC 3339, UTC
             */
            yanked_at: string | null;
            /** @enum {string} */
            yanked_by: "owner" | "moderators" | "scan";
        };
    };
    responses: never;
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type $defs = Record<string, never>;
export type operations = Record<string, never>;
