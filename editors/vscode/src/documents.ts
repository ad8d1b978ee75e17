/** Which documents the server is told of, and which files on disk it wants to hear about. */

export const documents = [
  { scheme: "file", pattern: "**/*.{tf,tofu,tfvars,yml,yaml}" },
  { scheme: "file", pattern: "**/*.{tf,tofu,tfvars}.json" },
  { scheme: "file", pattern: "**/{Dockerfile,Containerfile}{,.*}" },
  { scheme: "file", pattern: "**/*.{dockerfile,containerfile}" },
  { scheme: "file", pattern: "**/terragrunt.hcl" },
];

export const watched = "**/{*.tf,*.tofu,*.tfvars,*.hcl,*.yml,*.yaml,*.json,*.toml,*.cfg,*.j2,*.tpl,*.tftpl,Dockerfile*,.dockerignore}";

/** The program to start with its arguments, as the settings have it. */
export function command(words: readonly string[] | undefined): { command: string; args: string[] } {
  const [program, ...args] = words?.length ? words : ["iaclint", "server"];
  return { command: program, args };
}
