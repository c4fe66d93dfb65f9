// The mix as code that runs as copied, except for the key. Pure.

export const LANGUAGES = [
  ["curl", "curl"],
  ["js", "JavaScript"],
  ["python", "Python"],
] as const;
export type Language = (typeof LANGUAGES)[number][0];

export interface SnippetRequest {
  origin: string;
  ref: string;
  prompt: string;
  size: string;
}

export function snippetOf(language: Language, { origin, ...request }: SnippetRequest): string {
  const body = { mix: request.ref, prompt: request.prompt, size: request.size };
  const url = `${origin}/v1/generations`;
  switch (language) {
    case "curl":
      return [
        `curl ${url} \\`,
        `  -H "Authorization: Bearer $ORTHOPLEX_API_KEY" \\`,
        `  -H "Content-Type: application/json" -H "Prefer: wait=60" \\`,
        `  -d '${JSON.stringify(body).replaceAll("'", "'\\''")}'`,
      ].join("\n");
    case "js":
      return [
        `const response = await fetch(${JSON.stringify(url)}, {`,
        `  method: "POST",`,
        `  headers: {`,
        `    Authorization: \`Bearer \${process.env.ORTHOPLEX_API_KEY}\`,`,
        `    "Content-Type": "application/json",`,
        `    Prefer: "wait=60",`,
        `  },`,
        `  body: JSON.stringify(${JSON.stringify(body)}),`,
        `});`,
        `const { result, url } = await response.json();`,
        `console.log(result?.images[0].url ?? url);`,
      ].join("\n");
    case "python":
      return [
        `import os, requests`,
        ``,
        `job = requests.post(`,
        `    ${JSON.stringify(url)},`,
        `    headers={"Authorization": f"Bearer {os.environ['ORTHOPLEX_API_KEY']}", "Prefer": "wait=60"},`,
        `    json=${JSON.stringify(body)},`,
        `).json()`,
        `print(job["result"]["images"][0]["url"] if job["result"] else job["url"])`,
      ].join("\n");
  }
}
