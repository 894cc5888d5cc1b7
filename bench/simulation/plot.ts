/** A plot of lines over two logarithmic axes, as SVG. */

/** One line of the plot. */
export interface Line {
  readonly label: string;
  readonly color: string;
  /** As `stroke-dasharray` takes it. */
  readonly dash: string;
  readonly points: readonly (readonly [x: number, y: number])[];
}

/** The words around the lines, and the range of the axes: from 1 to this power of ten. */
export interface Axes {
  readonly title: string;
  readonly x: string;
  readonly y: string;
  readonly decades: number;
}

const size = { width: 720, height: 440 } as const;
const area = { left: 70, right: 480, top: 50, bottom: 380 } as const;

/** Draws the lines; their labels stand next to the plot, in the order given. */
export function plot({ title, x, y, decades }: Axes, lines: readonly Line[]): string {
  const toX = (value: number): number =>
    area.left + ((area.right - area.left) * Math.log10(value)) / decades;
  const toY = (value: number): number =>
    area.bottom - ((area.bottom - area.top) * Math.log10(value)) / decades;
  const ticks = Array.from({ length: decades + 1 }, (_, power) => 10 ** power);
  const grid = ticks.flatMap((tick) => [
    `<path class="grid" d="M${round(toX(tick))} ${area.top}V${area.bottom}M${area.left} ${round(toY(tick))}H${area.right}"/>`,
    `<text x="${round(toX(tick))}" y="${area.bottom + 20}" text-anchor="middle">${writeNumber(tick)}</text>`,
    `<text x="${area.left - 8}" y="${round(toY(tick)) + 4}" text-anchor="end">${writeNumber(tick)}</text>`,
  ]);
  const curves = lines.flatMap(({ label, color, dash, points }, index) => {
    const path = points.map(([px, py]) => `${round(toX(px))} ${round(toY(py))}`).join('L');
    const at = area.top + 20 + index * 26;
    const style = `class="line" stroke="${color}" stroke-dasharray="${dash}"`;
    return [
      `<path ${style} d="M${path}"/>`,
      `<path ${style} d="M${area.right + 16} ${at}h30"/>`,
      `<text x="${area.right + 54}" y="${at + 4}">${label}</text>`,
    ];
  });
  const middle = (area.top + area.bottom) / 2;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${size.width} ${size.height}" role="img" aria-label="${title}">`,
    '<style>text{font:13px sans-serif;fill:#222}.title{font-size:15px;font-weight:bold}.grid{stroke:#ddd;fill:none}.line{fill:none;stroke-width:2.5;stroke-linejoin:round}</style>',
    `<rect width="${size.width}" height="${size.height}" fill="#fff"/>`,
    `<text class="title" x="${area.left}" y="28">${title}</text>`,
    ...grid,
    ...curves,
    `<text x="${(area.left + area.right) / 2}" y="${area.bottom + 44}" text-anchor="middle">${x}</text>`,
    `<text x="18" y="${middle}" text-anchor="middle" transform="rotate(-90 18 ${middle})">${y}</text>`,
    '</svg>',
    '',
  ].join('\n');
}

/** `10,000` */
export function writeNumber(value: number): string {
  return value.toLocaleString('en-US');
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
