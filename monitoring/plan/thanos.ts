import { alertResendDelay } from "../alertDelivery.ts";
import type { Instance, PlanFile, Service } from "../hosts.ts";
import { renderObjectStore } from "../objstore.ts";
import { renderRules } from "../rules.ts";
import { addressOf } from "../targets.ts";
import { renderHttpClient } from "../thanos/common.ts";
import { compactorArguments } from "../thanos/compactor.ts";
import { queryArguments, renderEndpoints } from "../thanos/query.ts";
import {
  queryFrontendArguments,
  renderDownstreamTripper,
  renderResponseCache,
} from "../thanos/queryFrontend.ts";
import { receiveArguments, renderHashring, renderReceiveLimits } from "../thanos/receive.ts";
import { renderRulerAlertmanagers, renderRulerQueries, rulerArguments } from "../thanos/ruler.ts";
import { sidecarArguments } from "../thanos/sidecar.ts";
import { renderChunkCache, renderIndexCache, renderShard, storeArguments } from "../thanos/store.ts";
import { seconds } from "../units.ts";
import {
  dashboardBase,
  edgeUrl,
  grpcListener,
  httpListener,
  reloadOverHttp,
  service,
  webConfigFile,
  type PlanContext,
} from "./context.ts";

/** Every Thanos component that the layout has. */
export function thanosServices(stack: PlanContext): Service[] {
  return [
    ...stack.instances("thanos-sidecar").map((instance) => sidecar(stack.at(instance), instance)),
    ...stack.instances("thanos-receive").map((instance) => receive(stack.at(instance), instance)),
    ...stack.instances("thanos-store").map((instance) => store(stack.at(instance), instance)),
    ...stack.instances("thanos-query").map((instance) => query(stack.at(instance), instance)),
    ...stack
      .instances("thanos-query-frontend")
      .map((instance) => queryFrontend(stack.at(instance), instance)),
    ...stack.instances("thanos-ruler").map((instance) => ruler(stack.at(instance), instance)),
    ...stack.instances("thanos-compactor").map((instance) => compactor(stack.at(instance), instance)),
  ];
}

function sidecar(context: PlanContext, instance: Instance): Service {
  const prometheus = memberOf(context, "prometheus", instance.member);
  const client = fileOf(context, instance, "prometheus-client.yml", renderHttpClient(context.httpClient));
  const bucket = context.options.objectStore === "none" ? [] : [objectStore(context, instance)];
  return thanos(context, instance, {
    arguments: sidecarArguments({
      http: httpListener(context, instance),
      grpc: grpcListener(context, instance),
      prometheusUrl: `https://${addressOf(prometheus, "http")}`,
      httpClientFile: client.path,
      dataDirectory: context.at(prometheus).data(prometheus.name),
      ...(bucket[0] === undefined ? {} : { objectStoreFile: bucket[0].path }),
    }),
    files: [client, ...bucket],
    // It has no data of its own.
    directories: [],
    after: [prometheus.name],
  });
}

function receive(context: PlanContext, instance: Instance): Service {
  const hashring = fileOf(context, instance, "hashring.json", renderHashring(context.layout), "watched");
  const limits = fileOf(context, instance, "limits.yml", renderReceiveLimits(context.system), "watched");
  const bucket = objectStore(context, instance);
  const { blockDuration } = context.options;
  return thanos(context, instance, {
    arguments: receiveArguments(context.system, {
      http: httpListener(context, instance),
      grpc: grpcListener(context, instance),
      remoteWriteListen: addressOf(instance, "remote-write"),
      member: instance.member,
      localEndpoint: addressOf(instance, "grpc"),
      hashringFile: hashring.path,
      limitsFile: limits.path,
      client: context.client,
      dataDirectory: context.data(instance.name),
      objectStoreFile: bucket.path,
      ...(blockDuration === undefined ? {} : { blockDuration }),
    }),
    files: [hashring, limits, bucket],
    // Open blocks are uploaded on the way out.
    stopTimeout: "60s",
  });
}

function store(context: PlanContext, instance: Instance): Service {
  const { system, options } = context;
  const { shards } = system.longTerm.store;
  const sync = options.blockDuration === undefined ? {} : { syncInterval: "10s" as const };
  const index = fileOf(context, instance, "index-cache.yml", renderIndexCache(system));
  const chunks = fileOf(context, instance, "chunk-cache.yml", renderChunkCache(system, sync));
  const shard =
    shards > 1
      ? [fileOf(context, instance, "shard.yml", renderShard(shards, (instance.member - 1) % shards))]
      : [];
  const bucket = objectStore(context, instance);
  return thanos(context, instance, {
    arguments: storeArguments(system, {
      http: httpListener(context, instance),
      grpc: grpcListener(context, instance),
      dataDirectory: context.data(instance.name),
      objectStoreFile: bucket.path,
      indexCacheFile: index.path,
      chunkCacheFile: chunks.path,
      ...sync,
      ...(shard[0] === undefined ? {} : { shardFile: shard[0].path }),
    }),
    files: [index, chunks, ...shard, bucket],
  });
}

function query(context: PlanContext, instance: Instance): Service {
  const endpoints = fileOf(
    context,
    instance,
    "endpoints.yml",
    renderEndpoints(context.layout, context.client),
    "watched",
  );
  return thanos(context, instance, {
    arguments: queryArguments(context.system, {
      http: httpListener(context, instance),
      grpc: grpcListener(context, instance),
      endpointsFile: endpoints.path,
      externalUrl: edgeUrl(context, "query"),
    }),
    files: [endpoints],
    directories: [],
  });
}

function queryFrontend(context: PlanContext, instance: Instance): Service {
  const { certificateAuthorityFile } = context;
  const tripper = fileOf(
    context,
    instance,
    "downstream.yml",
    renderDownstreamTripper({ certificateAuthorityFile }),
  );
  const cache = fileOf(context, instance, "response-cache.yml", renderResponseCache());
  return thanos(context, instance, {
    arguments: queryFrontendArguments({
      http: httpListener(context, instance),
      downstreamUrl: `https://${queryListener(context, instance)}`,
      downstreamTripperFile: tripper.path,
      responseCacheFile: cache.path,
    }),
    files: [tripper, cache],
    directories: [],
    // It looks for its downstream when it starts, and then only every 10 s.
    after: [...context.instances("thanos-query"), ...context.instances("haproxy")].map(({ name }) => name),
  });
}

function ruler(context: PlanContext, instance: Instance): Service {
  const { system, layout, httpClient } = context;
  const rules = fileOf(
    context,
    instance,
    "rules.yml",
    renderRules(system, "thanos-ruler", { dashboardBase: dashboardBase(context) }),
    "reload",
  );
  const queries = context.instances("thanos-query").map((target) => addressOf(target, "http"));
  const query = fileOf(context, instance, "query.yml", renderRulerQueries(queries, httpClient));
  const alertmanagers = fileOf(
    context,
    instance,
    "alertmanagers.yml",
    renderRulerAlertmanagers(layout, httpClient),
  );
  const bucket = objectStore(context, instance);
  const { blockDuration } = context.options;
  return thanos(context, instance, {
    arguments: rulerArguments(system, {
      http: httpListener(context, instance),
      grpc: grpcListener(context, instance),
      member: instance.member,
      dataDirectory: context.data(instance.name),
      rulesFile: rules.path,
      queryFile: query.path,
      alertmanagersFile: alertmanagers.path,
      objectStoreFile: bucket.path,
      externalUrl: edgeUrl(context, "query"),
      resendDelay: alertResendDelay,
      ...(blockDuration === undefined ? {} : { blockDuration }),
    }),
    files: [rules, query, alertmanagers, bucket],
    reload: reloadOverHttp(instance),
  });
}

function compactor(context: PlanContext, instance: Instance): Service {
  const bucket = objectStore(context, instance);
  const { blockDuration } = context.options;
  return thanos(context, instance, {
    arguments: compactorArguments(context.system, {
      http: httpListener(context, instance),
      dataDirectory: context.data(instance.name),
      objectStoreFile: bucket.path,
      // Short blocks are for seeing the whole way of a sample soon, so that the waits are in proportion.
      ...(blockDuration === undefined || seconds(blockDuration) >= 7_200
        ? {}
        : { consistencyDelay: "0s" as const, waitInterval: "10s" as const }),
    }),
    files: [bucket],
    // A running compaction is left before the bucket's only writer goes.
    stopTimeout: "60s",
  });
}

/** `address:port` of the internal listener before the queries: the one of the HAProxy beside whoever asks. */
function queryListener(context: PlanContext, { machine }: Instance): string {
  const beside = context.instances("haproxy").find((instance) => instance.machine === machine);
  return addressOf(beside ?? memberOf(context, "haproxy", 1), "internal-query");
}

function thanos(
  context: PlanContext,
  instance: Instance,
  more: Pick<Service, "arguments" | "files"> & Partial<Service>,
): Service {
  return service(context, instance, {
    executable: "thanos",
    ...more,
    files: [webConfigFile(context, instance), ...more.files],
  });
}

function objectStore(context: PlanContext, instance: Instance): PlanFile {
  const { bucket } = context.system.longTerm;
  const { objectStore: chosen } = context.options;
  if (chosen === "none")
    throw new Error(`${instance.name} works on the bucket, and there is none; leave it out of the layout`);
  const own = { kind: "filesystem", directory: context.bucketDirectory } as const;
  // The bucket of a system is of the kind that its cloud has.
  const content = renderObjectStore(
    chosen === undefined ? bucket : { ...bucket, kind: chosen.kind },
    chosen ?? own,
  );
  return fileOf(context, instance, "objstore.yml", content);
}

function fileOf(
  context: PlanContext,
  instance: Instance,
  name: string,
  content: string,
  onChange: PlanFile["onChange"] = "restart",
): PlanFile {
  return { path: context.file(instance.name, name), content, onChange };
}

function memberOf(context: PlanContext, component: Instance["component"], member: number): Instance {
  const instance = context.instances(component).find((candidate) => candidate.member === member);
  if (instance === undefined)
    throw new Error(`layout: no ${component} ${String(member)}; give sizing.${component} more replicas`);
  return instance;
}
