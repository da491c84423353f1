import * as peers from "../../policies/auth/peers.ts";
import { authGrpc } from "../../policies/auth/peers.ts";
import { testNoneIsLeftOut, testPolicy } from "./cases.ts";
import { unknown, type Given } from "./evaluation.ts";

const grpc = ["cert", "key", "client-ca"].map((name) => `--grpc-server-tls-${name}=/etc/tls/${name}`);
const received = ["cert", "key", "client-ca"].map(
  (name) => `--remote-write.server-tls-${name}=/etc/tls/${name}`,
);
const off = { query: { enabled: false }, storegateway: { enabled: false }, receive: { enabled: false } };

describe("Policies of authentication: what servers say to each other", () => {
  testPolicy({
    policy: authGrpc,
    passes: {
      "a querier that looks at certificates": [thanos("query", "--grpc-address=0.0.0.0:10901", ...grpc)],
      "a receiver whose writers have certificates": [thanos("receive", ...grpc, ...received)],
      "a sidecar that its own pod asks": [thanos("sidecar", "--grpc-address=127.0.0.1:10901")],
      "components that nobody asks": [
        thanos("compact", "--http-address=0.0.0.0:10902"),
        { ...thanos("query-frontend", "--http-address=0.0.0.0:10902"), name: "frontend" },
      ],
      "Alertmanagers with certificates": [
        container(
          "alertmanager",
          "--cluster.listen-address=0.0.0.0:9094",
          "--cluster.tls-config=/etc/tls.yml",
        ),
      ],
      "an Alertmanager that gossips with nobody": [
        container("alertmanager", "--config.file=/etc/alertmanager.yml", "--cluster.listen-address="),
      ],
      "a chart whose parts look at certificates": [
        chart({
          ...off,
          storegateway: { extraArgs: grpc },
          receive: {
            mode: "split",
            ingester: { extraArgs: [...grpc, ...received, "--remote-write.client-tls-secure"] },
          },
        }),
      ],
    },
    fails: {
      "a store for everybody": {
        stack: [thanos("store", "--grpc-address=0.0.0.0:10901", "--http-address=0.0.0.0:10902")],
        says: /containers\[0\]\.args starts Thanos without --grpc-server-tls-cert/,
      },
      "one that is not told where to listen": {
        stack: [thanos("query")],
        says: /starts Thanos without --grpc-server-tls-key/,
      },
      "a certificate of its own, and none of whoever calls": {
        stack: [thanos("query", ...grpc.slice(0, 2))],
        says: /starts Thanos without --grpc-server-tls-client-ca/,
      },
      "an authority of no name": {
        stack: [thanos("query", ...grpc.slice(0, 2), "--grpc-server-tls-client-ca=")],
        says: /starts Thanos without --grpc-server-tls-client-ca/,
      },
      "a receiver that takes everybody's samples": {
        stack: [thanos("receive", ...grpc)],
        says: /starts Thanos without --remote-write\.server-tls-client-ca/,
      },
      "gossip in the clear": {
        stack: [container("alertmanager", "--cluster.listen-address=0.0.0.0:9094")],
        says: /starts Alertmanager without --cluster\.tls-config/,
      },
      "gossip that nobody has thought of": {
        stack: [container("alertmanager", "--config.file=/etc/alertmanager.yml")],
        says: /starts Alertmanager without --cluster\.tls-config/,
      },
      "a script's": {
        stack: [
          {
            type: "aws:ec2/instance:Instance",
            props: { userData: "#!/bin/sh\nthanos store --data-dir=/var/thanos --grpc-address=:10901 &\n" },
          },
        ],
        says: /userData starts Thanos without --grpc-server-tls-cert/,
      },
      "a store for everybody on a machine": {
        stack: [
          {
            type: "command:remote:Command",
            props: { create: "thanos.exe store --grpc-address=127.0.0.1:10901 --data-dir=D:\\thanos" },
          },
        ],
        says: /create starts Thanos without --grpc-server-tls-client-ca/,
      },
      "a chart's store": {
        stack: [chart({ ...off, storegateway: { enabled: true, extraArgs: ["--log.level=info"] } })],
        says: /values\.storegateway\.extraArgs lacks --grpc-server-tls-cert/,
      },
      "a part of a chart that is on by itself": {
        stack: [chart({ storegateway: off.storegateway, receive: off.receive })],
        says: /values\.query\.extraArgs lacks --grpc-server-tls-client-ca/,
      },
      "a part that a text turns on": {
        stack: [chart({ ...off, ruler: { enabled: "true" } })],
        says: /values\.ruler\.extraArgs lacks --grpc-server-tls-cert/,
      },
      "a chart's receiver that takes everybody's samples": {
        stack: [chart({ ...off, receive: { extraArgs: grpc } })],
        says: /values\.receive\.extraArgs lacks --remote-write\.server-tls-cert/,
      },
      "an ingester beside its router": {
        stack: [chart({ ...off, receive: { mode: "split", ingester: {} } })],
        says: /values\.receive\.ingester\.extraArgs lacks --grpc-server-tls-cert/,
      },
    },
    absent: { stack: [chart(off)] },
    unknown: [chart({ ...off, query: { extraArgs: unknown } })],
  });

  testNoneIsLeftOut(peers);
});

function container(name: string, ...args: string[]): Given {
  const image =
    name === "thanos" ? "quay.io/thanos/thanos:v0.42.4" : "quay.io/prometheus/alertmanager:v0.31.1";
  return {
    type: "kubernetes:apps/v1:StatefulSet",
    props: { spec: { template: { spec: { containers: [{ name, image, args }] } } } },
  };
}

function thanos(...args: string[]): Given {
  return container("thanos", ...args);
}

function chart(values: object): Given {
  return release("thanos", values);
}

function release(name: string, values: object): Given {
  return { type: "kubernetes:helm.sh/v3:Release", props: { chart: `repository/${name}`, values } };
}
