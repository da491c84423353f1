/** The Thanos components, one renderer a file. */
export * from "./thanos/common.ts";
export * from "./thanos/compactor.ts";
export * from "./thanos/query.ts";
export * from "./thanos/queryFrontend.ts";
export * from "./thanos/receive.ts";
export * from "./thanos/ruler.ts";
export * from "./thanos/sidecar.ts";
export * from "./thanos/store.ts";
