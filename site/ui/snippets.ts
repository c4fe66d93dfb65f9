// A request for pictures as code that runs as copied, except for the key. Pure.

export const LANGUAGES = [
  ["curl", "curl"],
  ["js", "JavaScript"],
  ["python", "Python"],
  ["cli", "CLI"],
] as const;
export type Language = (typeof LANGUAGES)[number][0];

const quoted = (text: string) => `'${text.replaceAll("'", "'\\''")}'`;

/** `body` is what POST /v1/generations takes: strings, numbers, lists and objects, which JSON, JavaScript and Python write alike. */
export function snippetOf(language: Language, origin: string, body: object): string {
  const url = JSON.stringify(`${origin}/v1/generations`);
  const json = JSON.stringify(body);
  switch (language) {
    case "curl":
      return [
        `curl ${origin}/v1/generations \\`,
        `  -H "Authorization: Bearer $ORTHOPLEX_API_KEY" \\`,
        `  -H "Content-Type: application/json" -H "Prefer: wait=60" \\`,
        `  -d ${quoted(json)}`,
      ].join("\n");
    case "js":
      return [
        `const response = await fetch(${url}, {`,
        `  method: "POST",`,
        `  headers: {`,
        `    Authorization: \`Bearer \${process.env.ORTHOPLEX_API_KEY}\`,`,
        `    "Content-Type": "application/json",`,
        `    Prefer: "wait=60",`,
        `  },`,
        `  body: JSON.stringify(${json}),`,
        `});`,
        `const { result, url } = await response.json();`,
        `console.log(result?.images[0].url ?? url);`,
      ].join("\n");
    case "python":
      return [
        `import json, os, urllib.request`,
        ``,
        `request = urllib.request.Request(`,
        `    ${url},`,
        `    json.dumps(${json}).encode(),`,
        `    {`,
        `        "Authorization": f"Bearer {os.environ['ORTHOPLEX_API_KEY']}",`,
        `        "Content-Type": "application/json",`,
        `        "Prefer": "wait=60",`,
        `    },`,
        `)`,
        `job = json.load(urllib.request.urlopen(request))`,
        `print(job["result"]["images"][0]["url"] if job["result"] else job["url"])`,
      ].join("\n");
    case "cli":
      return `npx orthoplex generate --url ${origin} --request ${quoted(json)}`;
  }
}
