/** The pack: `pulumi preview --policy-pack policies`. Everything else is in modules that a test can load. */
import "./deserializedOnce.ts";
import { PolicyPack } from "@pulumi/policy";
import { policies } from "./catalogue.ts";
import { packName, sdkPolicy } from "./sdk.ts";

new PolicyPack(packName, { policies: policies.map((policy) => sdkPolicy(policy, new Date())) });
