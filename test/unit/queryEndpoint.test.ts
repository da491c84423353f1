import assert from "node:assert/strict";
import { edgeRoutes, httpOrigin } from "../../monitoring/kubernetes/edgeRoutes.ts";
import { flows } from "../../monitoring/kubernetes/flows.ts";
import { proxyRouting } from "../../monitoring/kubernetes/oauth2ProxyConfig.ts";
import { grafanaProvisioning } from "../../monitoring/kubernetes/prometheusStack/grafanaObjects.ts";
import { queryWorkload } from "../../monitoring/kubernetes/queryEndpoint.ts";
import { summarySettings } from "../../monitoring/kubernetes/summarySettings.ts";
import type { System } from "../../monitoring/model.ts";
import { greenlangOnEks } from "../rendered/clusterFacts.ts";

const { system: whole, facts } = greenlangOnEks;

function without(...absent: readonly string[]): System {
  return { ...whole, components: whole.components.filter(({ component }) => !absent.includes(component)) };
}

const cases = [
  { who: "thanos-query-frontend", system: whole, url: "https://thanos-query-frontend.monitoring.svc:10902" },
  {
    who: "thanos-query",
    system: without("thanos-query-frontend"),
    url: "https://thanos-query.monitoring.svc:10902",
  },
  {
    who: "prometheus",
    system: without("thanos-query-frontend", "thanos-query"),
    url: "https://prometheus.monitoring.svc:9090",
  },
];

for (const { who, system, url } of cases)
  describe(`Where ${who} answers queries`, () => {
    it("is at the address and scheme of its port", () => {
      assert.equal(queryWorkload(system).name, who);
      assert.equal(httpOrigin(queryWorkload(system)), url);
    });

    it("the weekly summary asks it", () => {
      const weekly = system.notifications.weeklySummary ?? assert.fail("the example mails no summary");
      const files = { ca: "/ca", certificate: "/crt", key: "/key", password: "/password" };
      assert.equal(summarySettings(system, facts, weekly, files).query.url, url);
    });

    it("Grafana asks it, and verifies it where it speaks TLS", () => {
      const text = Object.values(grafanaProvisioning(system)).join("\n");
      assert.ok(text.includes(`url: ${url}\n`), text);
      assert.equal(text.includes("tlsAuthWithCACert: true"), url.startsWith("https:"));
    });

    it("the edge publishes it at the top", () => {
      assert.equal(edgeRoutes(system).find(({ name }) => name === "query")?.workload.name, who);
      assert.ok(proxyRouting(system, facts).includes(`uri: ${url}\n`));
    });

    it("network policies let its readers in", () => {
      for (const reader of ["grafana", "weekly-summary"])
        assert.ok(
          flows(system, facts).some(({ from, to }) => from === reader && to === who),
          reader,
        );
    });
  });
