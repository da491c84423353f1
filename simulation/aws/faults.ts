/** What AWS refuses though its declarations accept it. */
import type { Requested } from "../cloud.ts";
import { at, plain, textAt } from "../propertyValues.ts";
import type { Mismatch } from "../schema/validate.ts";

export function awsFaults(resource: Requested): Mismatch[] {
  return [...policyFaults(resource), ...(byToken[resource.token]?.(resource) ?? [])];
}

/** Policies travel as JSON texts: one that is none would fail only at the cloud. */
function policyFaults({ inputs }: Requested): Mismatch[] {
  return ["policy", "assumeRolePolicy"].flatMap((path) => {
    const text = textAt(inputs, path);
    return text === undefined || isJson(text)
      ? []
      : [{ path, reason: "is no JSON object; a policy document is required" }];
  });
}

const byToken: Readonly<Record<string, (resource: Requested) => Mismatch[]>> = {
  "aws:ssm/document:Document": documentFaults,
  "aws:ssm/association:Association": ({ inputs }) =>
    named(inputs, "associationName", /^[\w.-]{3,128}$/, "3 to 128 letters, digits and _-."),
  "aws:ssm/maintenanceWindow:MaintenanceWindow": ({ inputs }) =>
    Number(plain(inputs["cutoff"])) < Number(plain(inputs["duration"]))
      ? []
      : [{ path: "cutoff", reason: "leaves no time; it must be less than the duration" }],
  "aws:lb/loadBalancer:LoadBalancer": balancerFaults,
  "aws:lb/targetGroup:TargetGroup": ({ inputs }) => balancerName(inputs),
  "aws:ec2/instance:Instance": instanceFaults,
  "aws:ec2/securityGroup:SecurityGroup": description,
  "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule": description,
  "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule": description,
};

/** @see https://docs.aws.amazon.com/general/latest/gr/ssm.html#limits_ssm */
function documentFaults({ inputs }: Requested): Mismatch[] {
  const content = textAt(inputs, "content");
  const bytes = Buffer.byteLength(content ?? "");
  return [
    ...named(inputs, "name", /^(?!aws|amazon|amzn)[\w.-]{3,128}$/i, "3 to 128 letters, digits and _-."),
    ...(content === undefined || isJson(content) ? [] : [{ path: "content", reason: "is no JSON object" }]),
    ...(bytes <= 65_536
      ? []
      : [{ path: "content", reason: `has ${String(bytes)} bytes; a document holds 65536` }]),
  ];
}

function balancerFaults({ inputs }: Requested): Mismatch[] {
  const mappings = plain(inputs["subnetMappings"]);
  const ownAddress =
    Array.isArray(mappings) && mappings.some((each) => textAt(each, "privateIpv4Address") !== undefined);
  return [
    ...balancerName(inputs),
    ...(ownAddress && plain(inputs["internal"]) !== true
      ? [
          {
            path: "subnetMappings",
            reason: "has a privateIpv4Address, which only an internal load balancer takes",
          },
        ]
      : []),
  ];
}

function balancerName(inputs: Requested["inputs"]): Mismatch[] {
  const pattern = /^(?!internal-)[A-Za-z0-9](?:[A-Za-z0-9-]{0,30}[A-Za-z0-9])?$/;
  return named(inputs, "name", pattern, "up to 32 letters, digits and hyphens, not beginning with internal-");
}

/** @see https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_RunInstances.html */
function instanceFaults({ inputs }: Requested): Mismatch[] {
  const data = textAt(inputs, "userDataBase64") ?? "";
  const hops = plain(at(inputs, "metadataOptions", "httpPutResponseHopLimit"));
  return [
    ...(Buffer.from(data, "base64").length <= 16_384
      ? []
      : [{ path: "userDataBase64", reason: "has more than 16384 bytes" }]),
    ...(hops === undefined || (Number(hops) >= 1 && Number(hops) <= 64)
      ? []
      : [
          {
            path: "metadataOptions.httpPutResponseHopLimit",
            reason: `got ${String(Number(hops))}; accepted: 1 to 64`,
          },
        ]),
  ];
}

/** @see https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateSecurityGroup.html */
function description({ inputs }: Requested): Mismatch[] {
  const pattern = /^[A-Za-z0-9. _:/()#,@[\]+=&;{}!$*-]{0,255}$/;
  return named(inputs, "description", pattern, "up to 255 letters, digits, blanks and ._-:/()#,@[]+=&;{}!$*");
}

function named(inputs: Requested["inputs"], path: string, pattern: RegExp, accepted: string): Mismatch[] {
  const text = textAt(inputs, path);
  return text === undefined || pattern.test(text)
    ? []
    : [{ path, reason: `got ${JSON.stringify(text)}; accepted: ${accepted}` }];
}

function isJson(text: string): boolean {
  try {
    return typeof JSON.parse(text) === "object";
  } catch {
    return false;
  }
}
