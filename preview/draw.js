// Runs in the page: a chart for each graph, from the data beside it. uPlot and formatValue stand before it.
"use strict";
{
  const graphs = JSON.parse(document.getElementById("graphs").textContent);
  const root = document.documentElement;
  let charts = [];

  const colour = (name) => {
    // Canvases know no variables: a colour is what the browser makes of it.
    const probe = document.createElement("i");
    probe.style.color = `var(--${name})`;
    document.body.append(probe);
    const computed = getComputedStyle(probe).color;
    probe.remove();
    return computed;
  };

  const clock = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit", hour12: false });
  const clockWithSeconds = new Intl.DateTimeFormat(undefined, { timeStyle: "medium", hour12: false });

  function lines(graph, tones) {
    return (chart) => {
      const { ctx, bbox } = chart;
      const horizontal = (value, tone) => {
        const y = Math.round(chart.valToPos(value, "y", true));
        if (y < bbox.top || y > bbox.top + bbox.height) return;
        stroke(ctx, tone, [6, 5], bbox.left, y, bbox.left + bbox.width, y);
      };
      graph.thresholds.forEach(({ value, tone }) => horizontal(value, tones[tone]));
      graph.marks.forEach((at) => {
        const x = Math.round(chart.valToPos(at, "x", true));
        stroke(ctx, tones.mark, [2, 4], x, bbox.top, x, bbox.top + bbox.height);
      });
    };
  }

  function stroke(ctx, tone, dash, fromX, fromY, toX, toY) {
    ctx.save();
    ctx.strokeStyle = tone;
    ctx.lineWidth = devicePixelRatio;
    ctx.setLineDash(dash.map((length) => length * devicePixelRatio));
    ctx.beginPath();
    ctx.moveTo(fromX, fromY);
    ctx.lineTo(toX, toY);
    ctx.stroke();
    ctx.restore();
  }

  /** While the pointer is over a graph its legend tells the values there. */
  function follow(graph, place) {
    const cells = [...place.parentElement.querySelectorAll("td[data-line]")];
    const head = place.parentElement.querySelector("th[data-now]");
    return (chart) => {
      const at = chart.cursor.idx;
      head.textContent = at == null ? "now" : clockWithSeconds.format(graph.times[at] * 1000);
      for (const cell of cells) {
        const line = graph.lines[Number(cell.dataset.line)];
        cell.textContent = at == null ? cell.dataset.last : formatValue(line.shown[at], graph.unit);
      }
    };
  }

  function draw() {
    charts.forEach((chart) => chart.destroy());
    const tones = { warning: colour("warning"), bad: colour("bad"), mark: colour("soft") };
    const [soft, grid] = [colour("soft"), colour("grid")];
    const font = "11px system-ui, 'DejaVu Sans', sans-serif";
    charts = graphs.map((graph) => {
      const place = document.getElementById(graph.id);
      const axis = { stroke: soft, font, ticks: { show: false }, grid: { stroke: grid, width: 1 } };
      const options = {
        width: place.clientWidth,
        height: place.clientHeight,
        padding: [6, 8, 0, 0],
        legend: { show: false },
        cursor: { y: false, points: { size: 5 }, drag: { x: false, y: false } },
        scales: {
          x: { time: true, range: () => [graph.from, graph.to] },
          y: { range: (_, low, high) => extent(graph, low, high) },
        },
        axes: [
          {
            ...axis,
            space: 70,
            size: 26,
            values: (_, ticks, index, space, step) =>
              ticks.map((tick) => (step < 60 ? clockWithSeconds : clock).format(tick * 1000)),
          },
          {
            ...axis,
            space: 28,
            ...(steps(graph.unit) ? { incrs: steps(graph.unit) } : {}),
            size: (chart, labels) => 14 + Math.max(24, ...(labels ?? []).map((label) => label.length * 6.3)),
            values: (_, ticks) => ticks.map((tick) => formatValue(tick, graph.unit)),
          },
        ],
        series: [
          {},
          ...drawn(graph).map((line) => ({
            stroke: line.colour,
            width: line.dashed ? 1.25 : 1.5,
            dash: line.dashed ? [7, 5] : undefined,
            fill: line.dashed ? undefined : line.colour + (graph.stacked ? "b3" : "14"),
            points: { show: false },
            spanGaps: false,
          })),
        ],
        hooks: { draw: [lines(graph, tones)], setCursor: [follow(graph, place)] },
      };
      return new uPlot(options, [graph.times, ...drawn(graph).map((line) => line.drawn)], place);
    });
    root.dataset.drawn = String(charts.length);
  }

  /** Quarters of a GiB, not of a thousand million; minutes and hours, not hundreds of seconds. */
  function steps(unit) {
    if (unit === "bytes" || unit === "Bps") return Array.from({ length: 50 }, (_, power) => 2 ** power);
    if (unit !== "s") return undefined;
    const below = [1e-6, 1e-5, 1e-4, 1e-3, 1e-2, 0.1].flatMap((power) => [power, 2 * power, 5 * power]);
    const above = [1, 2, 5, 10, 15, 30].flatMap((count) => [count, 60 * count]);
    const hours = [1, 2, 3, 6, 12, 24, 48, 120, 240, 720, 1440].map((count) => 3600 * count);
    return [...below, ...above, ...hours].sort((a, b) => a - b);
  }

  /** Of a stack the highest first: the lower ones are painted over it. */
  function drawn({ lines, stacked }) {
    return stacked ? [...lines].reverse() : lines;
  }

  /** From what the panel says, else from the data with a little room; a flat line lies in the middle. */
  function extent({ min, max }, low, high) {
    if (low == null) return [min ?? 0, max ?? 1];
    if (low === high) [low, high] = low === 0 ? [0, 1] : [low - Math.abs(low) / 2, high + Math.abs(high) / 2];
    const bottom = min ?? low;
    const top = Math.max(max ?? high, bottom + Number.MIN_VALUE);
    const room = (top - bottom) * 0.08 || 1;
    return [min ?? (low >= 0 ? Math.max(0, bottom - room) : bottom - room), max ?? top + room];
  }

  document.getElementById("theme").addEventListener("click", () => {
    const dark =
      (root.dataset.theme ?? (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light")) ===
      "dark";
    root.dataset.theme = dark ? "light" : "dark";
    draw();
  });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", draw);
  let resized;
  addEventListener("resize", () => {
    clearTimeout(resized);
    resized = setTimeout(draw, 100);
  });
  draw();
}
