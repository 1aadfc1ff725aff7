// Finds texts of a chart that lie over each other. Runs in the page.

/** @returns [chart, text, text] for each pair; up to 1 px in either direction does not count. */
export const overlappingTexts = String(() => {
  const leastHeight = 10;
  const found = [];
  for (const [id, { chart }] of window.faninCharts) {
    const texts = [];
    for (const shape of chart.getZr().storage.getDisplayList()) {
      if (shape.type !== 'tspan' || shape.ignore || shape.invisible || !String(shape.style.text).trim()) continue;
      const box = shape.getBoundingRect().clone();
      const turned = shape.transform && Math.abs(shape.transform[1]) > 0.01;  // its box would be far larger than the text
      if (turned) continue;
      if (shape.transform) box.applyTransform(shape.transform);
      const short = Math.max(0, leastHeight - box.height);  // the box is that of the letters' ink
      Object.assign(box, { y: box.y - short / 2, height: box.height + short });
      texts.push({ text: shape.style.text, box });
    }
    texts.forEach((a, i) => texts.slice(i + 1).forEach((b) => {
      const wide = Math.min(a.box.x + a.box.width, b.box.x + b.box.width) - Math.max(a.box.x, b.box.x);
      const high = Math.min(a.box.y + a.box.height, b.box.y + b.box.height) - Math.max(a.box.y, b.box.y);
      if (wide > 1 && high > 1) found.push([id, a.text, b.text]);
    }));
  }
  return found;
});
