/** Azure's subnets: resources of their own, or part of their network. */
import { nameOf } from "./azureNames.ts";
import { at, known, listAt, type Stack, type StackResource } from "../resource.ts";

export interface Subnet {
  readonly resource: StackResource;
  /** Where it lies in the resource; empty where it is the resource. */
  readonly path: string;
  readonly name: unknown;
  /** @throws the SDK's UnknownValueError where it is not known yet */
  readonly props: () => unknown;
}

export function subnetsOf(stack: Stack): readonly Subnet[] {
  return [
    ...stack.ofType("azure-native:network:Subnet").map((resource) => ({
      resource,
      path: "",
      name: nameOf(resource, "subnetName") ?? resource.name,
      props: () => resource.props,
    })),
    ...stack.ofType("azure-native:network:VirtualNetwork").flatMap(inside),
  ];
}

function inside(network: StackResource): readonly Subnet[] {
  const all = known(() => listAt(network.props, "subnets"), undefined);
  if (all === undefined)
    return [
      { resource: network, path: "subnets", name: undefined, props: () => at(network.props, "subnets") },
    ];
  return [...all.keys()].map((index) => ({
    resource: network,
    path: `subnets[${String(index)}]`,
    name: known(() => at(all[index], "name"), undefined),
    props: () => all[index],
  }));
}

/** The ranges of a subnet's addresses. */
export function rangesOf({ props }: Subnet): readonly string[] {
  const single = at(props(), "addressPrefix");
  return [...(typeof single === "string" ? [single] : []), ...listAt(props(), "addressPrefixes").map(String)];
}
