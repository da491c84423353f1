/** A small service with something to measure: orders in a database, a cache before them, and what they are worth. */
import express, { type Express, Router } from "express";
import { Histogram } from "prom-client";
import { measureRequests, mount } from "./httpMetrics.ts";
import { createMetrics, measureQuery, metricName, throughCache, type Metrics } from "./metrics.ts";

interface Order {
  readonly id: number;
  readonly item: string;
  readonly price: number;
}

/** What the service answers its clients; nothing of its metrics. */
export function createApp(metrics: Metrics = createMetrics()): Express {
  const orders = new Map<number, Order>();
  const cache = { name: "orders", entries: new Map<string, Order>() };
  const render = new Histogram({
    name: metricName({ namespace: "shop", subsystem: "invoice", name: "render", unit: "seconds" }),
    help: "Seconds that writing an invoice took.",
    buckets: [0.01, 0.1, 1],
    registers: [metrics.registry],
  });

  const app = express();
  app.disable("x-powered-by");
  app.use(measureRequests(metrics));
  app.use(express.json({ limit: "64kb" }));

  app.get("/healthz", (_request, response) => void response.send("ok"));

  app.post("/orders", async (request, response) => {
    const { item, price } = request.body as Partial<Order>;
    if (typeof item !== "string" || typeof price !== "number") {
      response.status(400).json({ error: "an order has an item (text) and a price (number)" });
      return;
    }
    const order = { id: orders.size + 1, item, price };
    await measureQuery(metrics, { operation: "insert", table: "orders" }, async () => {
      orders.set(order.id, order);
      return Promise.resolve();
    });
    metrics.businessTransactions.inc();
    metrics.businessRevenue.inc(price);
    metrics.business.set({ metric_name: "orders_open" }, orders.size);
    response.status(201).json(order);
  });

  app.get("/orders/:id", async (request, response) => {
    const order = await throughCache(metrics, cache, request.params.id, () =>
      measureQuery(metrics, { operation: "select", table: "orders" }, () =>
        Promise.resolve(orders.get(Number(request.params.id))),
      ),
    );
    if (order === undefined) response.status(404).json({ error: "no such order" });
    else response.json(order);
  });

  const invoices = Router({ mergeParams: true });
  invoices.get("/:kind", (request, response) => {
    const end = render.startTimer();
    response.type("text").send(`invoice ${request.params.kind}`);
    end();
  });
  mount(app, "/orders/:id/invoices", invoices);
  return app;
}

/** What Prometheus reads, on a port of its own: nobody who is let in to the service is thereby let in here. */
export function createMetricsApp({ registry }: Metrics): Express {
  const app = express();
  app.disable("x-powered-by");
  app.get("/metrics", async (_request, response) => {
    response.type(registry.contentType).send(await registry.metrics());
  });
  return app;
}
