import { useEffect, useRef } from "react";
import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import { readTokenColor, watchTheme } from "@/app/theme";
import type { Throughput } from "./throughput";

const HEIGHT = 220;

/** Columns of what finished, failures on top, with a line for what was started. */
export default function ThroughputChart({ throughput }: { throughput: Throughput }) {
  const host = useRef<HTMLDivElement>(null);
  const chart = useRef<uPlot | null>(null);
  const latest = useRef(throughput);
  latest.current = throughput;

  useEffect(() => {
    const element = host.current;
    if (!element) {
      return;
    }
    const draw = () => {
      chart.current?.destroy();
      chart.current = new uPlot(optionsOf(element), columnsOf(latest.current), element);
    };
    draw();
    const resizing = new ResizeObserver(() =>
      chart.current?.setSize({ width: element.clientWidth, height: HEIGHT }),
    );
    resizing.observe(element);
    const stopWatching = watchTheme(draw);
    return () => {
      resizing.disconnect();
      stopWatching();
      chart.current?.destroy();
      chart.current = null;
    };
  }, []);

  useEffect(() => {
    chart.current?.setData(columnsOf(throughput));
  }, [throughput]);

  return <div ref={host} aria-hidden="true" className="w-full" style={{ height: HEIGHT }} />;
}

function columnsOf(throughput: Throughput): uPlot.AlignedData {
  return [
    [...throughput.times],
    [...throughput.finished],
    [...throughput.succeeded],
    [...throughput.started],
  ];
}

function optionsOf(element: HTMLElement): uPlot.Options {
  const color = readTokenColor;
  const font = "11px 'Inter Variable', system-ui, sans-serif";
  const bars = uPlot.paths.bars?.({ size: [0.62, 28], radius: 0.15 });
  const axis: uPlot.Axis = {
    stroke: color("--muted-foreground"),
    font,
    grid: { stroke: color("--border"), width: 1 },
    ticks: { show: false },
  };
  return {
    width: element.clientWidth,
    height: HEIGHT,
    padding: [8, 8, 0, 0],
    cursor: { y: false, points: { show: false } },
    legend: { show: false },
    scales: {
      x: { range: (self) => withMargins(self.data[0]) },
      y: { range: (_self, _min, max) => [0, Math.max(4, Math.ceil(max * 1.1))] },
    },
    axes: [
      {
        ...axis,
        size: 28,
        grid: { show: false },
        values: (_self, splits) => splits.map(clockOf),
        space: 64,
      },
      {
        ...axis,
        size: 36,
        space: 44,
        incrs: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10000],
      },
    ],
    series: [
      {},
      { paths: bars, fill: color("--status-failed"), points: { show: false } },
      { paths: bars, fill: color("--status-succeeded"), points: { show: false } },
      { stroke: color("--status-running"), width: 2, points: { show: false } },
    ],
  };
}

/** Half a column more at both ends, so that the first and the last are drawn whole. */
function withMargins(times: ArrayLike<number>): [number, number] {
  const first = times[0] ?? 0;
  const last = times[times.length - 1] ?? first;
  const half = times.length > 1 ? (last - first) / (times.length - 1) / 2 : 1_800;
  return [first - half, last + half];
}

function clockOf(seconds: number): string {
  const date = new Date(seconds * 1000);
  return date.getHours() === 0 && date.getMinutes() === 0
    ? date.toLocaleDateString("en-GB", { day: "numeric", month: "short" })
    : date.toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit" });
}
