// Shapes that ECharts has no series for: a band between two curves, and error bars.

/** Between `low` and `high` of points [{epoch, low, high}]; drawn under its line and named like it. */
export function bandPolygon(name, points, colour) {
  const extremes = points.length > 0 // what the axis must reach; the first draws all of the band
    ? [Math.min(...points.map((point) => point.low)), Math.max(...points.map((point) => point.high))] : [];
  return {
    name, type: 'custom', silent: true, z: 1, clip: true, tooltip: { show: false }, itemStyle: { color: colour },
    data: extremes.map((value) => [points[0].epoch, value]),
    encode: { x: 0, y: 1 },
    renderItem: (params, api) => (params.dataIndex > 0 ? null : {
      type: 'polygon', silent: true,
      shape: {
        points: [
          ...points.map((point) => api.coord([point.epoch, point.high])),
          ...points.slice().reverse().map((point) => api.coord([point.epoch, point.low])),
        ],
      },
      style: { fill: colour, opacity: 0.18 },
    }),
  };
}

/** A horizontal bar with ends from data [[position, low, high, …]] on a value axis x and a category axis y. */
export function errorBars(name, data, colour) {
  return {
    name, type: 'custom', data, z: 2, encode: { x: [1, 2], y: 0 }, itemStyle: { color: colour },
    renderItem: (params, api) => {
      const [x0, y] = api.coord([api.value(1), api.value(0)]);
      const [x1] = api.coord([api.value(2), api.value(0)]);
      const line = (ax, ay, bx, by) => ({
        type: 'line', shape: { x1: ax, y1: ay, x2: bx, y2: by }, style: { stroke: colour, lineWidth: 2 },
      });
      return { type: 'group', children: [line(x0, y, x1, y), line(x0, y - 6, x0, y + 6), line(x1, y - 6, x1, y + 6)] };
    },
  };
}
