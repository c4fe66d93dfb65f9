// Statements with named parameters. D1 numbers them (`?1`); from three or four on, names are easier to read and to keep right.

/** `:name` outside of quoted text; a single colon within quotes, as in `'a:b'`, is left alone. */
const NAME_OR_TEXT = /'(?:[^']|'')*'|:([a-z]\w*)/gi;

/** The statement with every `:name` bound to its value. Throws where a name has no value, or a value no name. */
export function namedStatement(
  db: D1Database,
  text: string,
  params: Readonly<Record<string, unknown>>,
): D1PreparedStatement {
  const names: string[] = [];
  const numbered = text.replace(NAME_OR_TEXT, (found, name: string | undefined) => {
    if (name === undefined) return found;
    if (!names.includes(name)) names.push(name);
    return `?${names.indexOf(name) + 1}`;
  });
  const odd = [
    ...names.filter((name) => !(name in params)),
    ...Object.keys(params).filter((name) => !names.includes(name)),
  ];
  if (odd.length > 0) throw new Error(`Parameters and statement differ in ${odd.join(", ")}`);
  return db.prepare(numbered).bind(...names.map((name) => params[name]));
}
