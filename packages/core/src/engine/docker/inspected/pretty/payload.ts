/** `docker secret inspect --pretty` and that of configs. Model: docker/cli cli/command/secret, config: formatter.go. */
import { labelLines, moment } from "./parts.ts";

interface PayloadPage {
  readonly ID: string;
  readonly CreatedAt: string;
  readonly UpdatedAt: string;
  readonly Spec: { readonly Name: string; readonly Labels: Readonly<Record<string, string>> };
}

export function prettySecret({ ID, CreatedAt, UpdatedAt, Spec }: PayloadPage): string {
  const lines = [
    `ID:              ${ID}`,
    `Name:              ${Spec.Name}`,
    ...labelLines(Spec.Labels),
    "Driver:            ",
    `Created at:        ${moment(CreatedAt)}`,
    `Updated at:        ${moment(UpdatedAt)}`,
  ];
  return `${lines.join("\n")}\n`;
}

export function prettyConfig({ ID, CreatedAt, UpdatedAt, Spec }: PayloadPage, data: string): string {
  const lines = [
    `ID:\t\t\t${ID}`,
    `Name:\t\t\t${Spec.Name}`,
    ...labelLines(Spec.Labels),
    `Created at:            \t${moment(CreatedAt)}`,
    `Updated at:            \t${moment(UpdatedAt)}`,
    "Data:",
    data,
  ];
  return `${lines.join("\n")}\n`;
}
