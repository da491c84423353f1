import { stringify } from "yaml";

/**
 * The value as YAML, the same bytes for the same value: keys sorted, no wrapped lines, no anchors. Absent (`undefined`)
 * entries are left out. Words that YAML 1.1 reads as booleans (`on`, `yes`) are quoted, because Go's readers follow 1.1.
 */
export function toYaml(value: unknown): string {
  return stringify(value, {
    aliasDuplicateObjects: false,
    lineWidth: 0,
    sortMapEntries: true,
    version: "1.1",
  });
}
