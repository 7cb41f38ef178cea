/** Plans of faults as text that can be pasted into a program. */
import type { FaultPlan, FaultRule } from "./rule.ts";

/** `{ on: "api", call: "ContainerStart", nth: 2 }` */
export function ruleText(rule: FaultRule): string {
  const fields = Object.entries(rule).map(([name, value]) => `${name}: ${valueText(value)}`);
  return `{ ${fields.join(", ")} }`;
}

/** A rule a line. */
export function planText(plan: FaultPlan): string {
  return plan.length === 0 ? "[]" : ["[", ...plan.map((rule) => `  ${ruleText(rule)},`), "]"].join("\n");
}

function valueText(value: unknown): string {
  // What code decides is told as such: its text depends on who has compiled it.
  if (typeof value === "function") return "() => …";
  if (value instanceof RegExp) return String(value);
  if (Array.isArray(value)) return `[${value.map(valueText).join(", ")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const fields = Object.entries(value).map(([name, one]) => `${name}: ${valueText(one)}`);
  return `{ ${fields.join(", ")} }`;
}
