/** One simulated provider as the gRPC service that the engine speaks to. https://github.com/pulumi/pulumi/blob/master/proto/pulumi/provider.proto */
import { setTimeout as pause } from "node:timers/promises";
import {
  Metadata,
  status,
  type handleUnaryCall,
  type ServerUnaryCall,
  type UntypedServiceImplementation,
} from "@grpc/grpc-js";
import any from "google-protobuf/google/protobuf/any_pb.js";
import empty from "google-protobuf/google/protobuf/empty_pb.js";
import struct from "google-protobuf/google/protobuf/struct_pb.js";
import plugin from "@pulumi/pulumi/proto/plugin_pb.js";
import proto from "@pulumi/pulumi/proto/provider_pb.js";
import statusProto from "@pulumi/pulumi/proto/status_pb.js";
import { Missing } from "./cloud.ts";
import { defined, textAt, type Properties } from "./propertyValues.ts";
import { defaultRegion, NotReady, tokenOf, type Provider, type ResourceDifference } from "./provider.ts";
import type { Mismatch } from "./schema/validate.ts";

export function providerService(provider: Provider): UntypedServiceImplementation {
  /** Each provider resource of a program has a connection of its own, hence its own region. */
  const regions = new Map<string, string>();
  const regionOf = (peer: string): string => regions.get(peer) ?? defaultRegion[provider.cloud.package] ?? "";
  const identityOf = (call: Call<{ getUrn(): string }>) => ({
    urn: call.request.getUrn(),
    region: regionOf(call.getPeer()),
  });

  return {
    attach: unary(() => new empty.Empty()),
    cancel: unary(() => new empty.Empty()),
    getPluginInfo: unary(() => {
      const info = new plugin.PluginInfo();
      info.setVersion(provider.declarations.version);
      return info;
    }),
    checkConfig: unary(({ request }: Call<proto.CheckRequest>) => {
      const news = valuesOf(request.getNews());
      return checked(news, provider.checkConfig(news), request.getUrn());
    }),
    diffConfig: unary(() => {
      const response = new proto.DiffResponse();
      response.setChanges(proto.DiffResponse.DiffChanges.DIFF_NONE);
      return response;
    }),
    configure: unary((call: Call<proto.ConfigureRequest>) => {
      const values = valuesOf(call.request.getArgs());
      const region = textAt(values, "region") ?? textAt(values, "location");
      if (region !== undefined) regions.set(call.getPeer(), region);
      const response = new proto.ConfigureResponse();
      response.setAcceptsecrets(true);
      response.setSupportspreview(true);
      return response;
    }),
    check: unary((call: Call<proto.CheckRequest>) => {
      const { request } = call;
      const olds = request.getOlds();
      const { inputs, mismatches } = provider.check(
        identityOf(call),
        olds && valuesOf(olds),
        valuesOf(request.getNews()),
      );
      return checked(inputs, mismatches, request.getUrn());
    }),
    diff: unary((call: Call<proto.DiffRequest>) => {
      const { request } = call;
      const before = valuesOf(request.getOldInputs());
      return difference(provider.diff(identityOf(call), before, valuesOf(request.getNews())));
    }),
    create: unary(async (call: Call<proto.CreateRequest>) => {
      const { request } = call;
      const inputs = valuesOf(request.getProperties());
      const { id, properties } = await patiently(() =>
        provider.create(identityOf(call), inputs, request.getPreview()),
      );
      const response = new proto.CreateResponse();
      response.setId(id);
      response.setProperties(messageOf(properties));
      return response;
    }),
    read: unary((call: Call<proto.ReadRequest>) => {
      const { request } = call;
      const response = new proto.ReadResponse();
      const found = provider.read(
        identityOf(call),
        request.getId(),
        valuesOf(request.getProperties()),
        valuesOf(request.getInputs()),
      );
      if (found === undefined) return response;
      response.setId(request.getId());
      response.setProperties(messageOf(found.properties));
      response.setInputs(messageOf(found.inputs));
      return response;
    }),
    update: unary((call: Call<proto.UpdateRequest>) => {
      const { request } = call;
      const response = new proto.UpdateResponse();
      const news = valuesOf(request.getNews());
      response.setProperties(
        messageOf(provider.update(identityOf(call), request.getId(), news, request.getPreview())),
      );
      return response;
    }),
    delete: unary((call: Call<proto.DeleteRequest>) => {
      provider.delete(identityOf(call), call.request.getId());
      return new empty.Empty();
    }),
    invoke: unary((call: Call<proto.InvokeRequest>) => {
      const { request } = call;
      const result = provider.invoke(request.getTok(), valuesOf(request.getArgs()), regionOf(call.getPeer()));
      const response = new proto.InvokeResponse();
      response.setReturn(messageOf(result));
      return response;
    }),
  };
}

type Call<Request> = ServerUnaryCall<Request, unknown>;

function unary<Request, Response>(
  answer: (call: Call<Request>) => Response | Promise<Response>,
): handleUnaryCall<Request, Response> {
  return (call, callback) => {
    (async () => answer(call))().then(
      (response) => {
        callback(null, response);
      },
      (error: unknown) => {
        const details = error instanceof Error ? error.message : String(error);
        callback({ code: status.UNKNOWN, details, metadata: notReady(error) });
      },
    );
  };
}

/** Milliseconds that a creation waits for what it needs: time for whatever is being created beside it. */
const patience = 3_000;

/** Real providers try again when a namespace or a definition is not there yet. Whether the order is sound, order.ts tells. */
async function patiently<T>(act: () => T): Promise<T> {
  const end = Date.now() + patience;
  for (;;) {
    try {
      return act();
    } catch (error) {
      if (!(error instanceof Missing) || Date.now() > end) throw error;
      await pause(50);
    }
  }
}

function checked(inputs: Properties, mismatches: readonly Mismatch[], urn: string): proto.CheckResponse {
  const response = new proto.CheckResponse();
  response.setInputs(messageOf(inputs));
  response.setFailuresList(
    mismatches.map(({ path, reason }) => {
      const failure = new proto.CheckFailure();
      // The engine joins property and reason itself; a reason without a property stands alone.
      failure.setReason(`${tokenOf(urn)}: ${path === "" ? "" : `${path} `}${reason}`);
      return failure;
    }),
  );
  return response;
}

function difference({ changes, replacing, deleteFirst }: ResourceDifference): proto.DiffResponse {
  const { DIFF_NONE, DIFF_SOME } = proto.DiffResponse.DiffChanges;
  const response = new proto.DiffResponse();
  response.setChanges(changes.length === 0 ? DIFF_NONE : DIFF_SOME);
  response.setDeletebeforereplace(deleteFirst);
  response.setReplacesList([...new Set([...replacing].map(topLevel))]);
  response.setDiffsList([...new Set(changes.map(({ path }) => topLevel(path)))]);
  response.setHasdetaileddiff(true);
  const detailed = response.getDetaileddiffMap();
  const kinds = proto.PropertyDiff.Kind;
  for (const { path, kind } of changes) {
    const entry = new proto.PropertyDiff();
    const [plain, replace] = {
      added: [kinds.ADD, kinds.ADD_REPLACE] as const,
      removed: [kinds.DELETE, kinds.DELETE_REPLACE] as const,
      changed: [kinds.UPDATE, kinds.UPDATE_REPLACE] as const,
    }[kind];
    entry.setKind(replacing.has(path) ? replace : plain);
    entry.setInputdiff(true);
    detailed.set(path, entry);
  }
  return response;
}

function topLevel(path: string): string {
  return /^[^.[]+/.exec(path)?.[0] ?? path;
}

/** The error's details that tell the engine to keep the resource, in the metadata that gRPC reserves for them. */
function notReady(error: unknown): Metadata {
  const metadata = new Metadata();
  if (!(error instanceof NotReady)) return metadata;
  const partial = new proto.ErrorResourceInitFailed();
  partial.setId(error.id);
  partial.setProperties(messageOf(error.properties));
  partial.setReasonsList([error.message]);
  const detail = new any.Any();
  detail.pack(partial.serializeBinary(), "pulumirpc.ErrorResourceInitFailed");
  const message = new statusProto.Status();
  message.setCode(status.UNKNOWN);
  message.setMessage(error.message);
  message.addDetails(detail);
  metadata.set("grpc-status-details-bin", Buffer.from(message.serializeBinary()));
  return metadata;
}

function valuesOf(message: struct.Struct | undefined): Properties {
  return message?.toJavaScript() ?? {};
}

function messageOf(values: Properties): struct.Struct {
  return struct.Struct.fromJavaScript(defined(values) as Parameters<typeof struct.Struct.fromJavaScript>[0]);
}
