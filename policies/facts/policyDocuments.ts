/** Policy documents of AWS: on identities, buckets, keys and roles. */
import { isEverybody } from "./networks.ts";
import { at, isMap } from "../resource.ts";
import { parsedJson } from "../text.ts";

export interface Statement {
  readonly path: string;
  readonly effect: string;
  /** `*`, ARNs and services, whatever kind of principal they are. */
  readonly principals: readonly string[];
  readonly actions: readonly string[];
  /** Whether it is said by `NotAction` or `NotResource`, which grant all the rest. */
  readonly inverted: boolean;
  readonly resources: readonly string[];
  readonly condition: unknown;
}

/** The statements of a document, given as text or as an object; undefined where it is neither. */
export function statementsOf(document: unknown): readonly Statement[] | undefined {
  const parsed = typeof document === "string" ? parsedJson(document) : document;
  if (!isMap(parsed)) return undefined;
  return list(parsed["Statement"]).map((statement, index) => ({
    path: `Statement[${String(index)}]`,
    effect: String(at(statement, "Effect")),
    principals: principals(at(statement, "Principal")),
    actions: list(at(statement, "Action")).map(String),
    inverted: ["NotAction", "NotResource", "NotPrincipal"].some((key) => at(statement, key) !== undefined),
    resources: list(at(statement, "Resource")).map(String),
    condition: at(statement, "Condition"),
  }));
}

/** One comparison of a condition; all of them must hold. */
export interface Comparison {
  /** In small letters: `stringequals`, `boolifexists`. */
  readonly operator: string;
  /**
   * In small letters, since IAM does not tell the case of keys: `aws:sourceaccount`.
   *
   * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition.html
   */
  readonly key: string;
  /** One of them must match. */
  readonly values: readonly string[];
}

export function comparisonsOf(condition: unknown): readonly Comparison[] {
  if (!isMap(condition)) return [];
  return Object.keys(condition).flatMap((operator) => {
    const keys = condition[operator];
    if (!isMap(keys)) return [];
    return Object.keys(keys).map((key) => ({
      operator: operator.toLowerCase(),
      key: key.toLowerCase(),
      values: list(keys[key]).map(String),
    }));
  });
}

/** What tells the caller's account, organisation, network or address; the rest tells how it comes, or what for. */
const callerKeys =
  /^(?:aws:(?:principal(?:orgid|orgpaths|account|arn)|source(?:arn|account|owner|orgid|orgpaths|vpc|vpce|ip)|userid)|s3:dataaccesspoint(?:arn|account)|kms:calleraccount)$/;

/**
 * Whether a condition leaves out all callers but those that it names.
 *
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html, "The meaning of public"
 */
export function namesCaller(condition: unknown): boolean {
  return names(condition, callerKeys).length > 0;
}

/**
 * The values, by comparison, that a condition says of these keys, where it lets nothing else through: an `IfExists` or
 * `ForAllValues:` holds where there is nothing to compare, and a `*` alone is no name.
 */
export function names(condition: unknown, keys: RegExp): readonly (readonly string[])[] {
  return comparisonsOf(condition)
    .filter(
      ({ operator, key, values }) =>
        /^(?:foranyvalue:)?(?:string(?:equals(?:ignorecase)?|like)|arn(?:equals|like)|ipaddress)$/.test(
          operator,
        ) &&
        keys.test(key) &&
        !values.some((value) => isEverybody(value) || /^(?:arn:[^:]*:[^:]*:)?[*?:]*$/.test(value)),
    )
    .map(({ values }) => values);
}

function principals(value: unknown): readonly string[] {
  if (typeof value === "string") return [value];
  return isMap(value) ? Object.values(value).flatMap((names) => list(names).map(String)) : [];
}

/** AWS takes one of a thing without a list. */
function list(value: unknown): readonly unknown[] {
  if (value === undefined || value === null) return [];
  return Array.isArray(value) ? (value as unknown[]) : [value];
}
