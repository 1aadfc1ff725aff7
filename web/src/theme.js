// Colours for light and dark. Lines also differ in dash and symbol, so that no colour has to be told apart.
const dark = window.matchMedia('(prefers-color-scheme: dark)');
let printing = false;

// Told apart with every common kind of colour blindness; at least 3:1 against the background.
const lightSeries = ['#0b62a4', '#c2410c', '#0f766e', '#8b2fa0', '#8a6100', '#475569', '#be185d', '#3f6212'];
const darkSeries = ['#6cb6ff', '#ff9f6b', '#4fd1b5', '#dba6f2', '#f2c94c', '#b4c0cf', '#ff8fbf', '#a8d06c'];
const dashes = ['solid', [7, 4], [2, 3], [10, 3, 2, 3]];
const symbols = ['circle', 'rect', 'triangle', 'diamond', 'emptyCircle', 'emptyRect', 'emptyTriangle', 'emptyDiamond'];
// Cividis (Nunez, Anderton and Renslow 2018), sampled.
const sequential = ['#00224e', '#123570', '#3b496c', '#575d6d', '#707173', '#8a8678', '#a59c74', '#c3b369', '#e1cc55', '#fee838'];

/** More lines than this in a chart are no longer told apart: the best has a colour, the others are faint. */
export const mostLines = 12;

export function isDark() {
  return dark.matches && !printing;
}

export function theme() {
  const night = isDark();
  return {
    dark: night,
    ink: night ? '#e6eaf0' : '#1b2430',
    faint: night ? '#a9b4c2' : '#526071',
    rule: night ? '#39434f' : '#d5dce4',
    paper: night ? '#161c24' : '#ffffff',
    empty: night ? '#232b36' : '#eef1f5',
    accent: night ? '#6cb6ff' : '#0b62a4',
    sequential,
    series: (i) => (night ? darkSeries : lightSeries)[i % lightSeries.length],
    // Every 8 lines colours begin again, with other dashes and symbols: 32 lines before two are the same.
    dash: (i) => dashes[(Math.floor(i / 2) + Math.floor(i / 8)) % dashes.length],
    symbol: (i) => symbols[(i + Math.floor(i / 8)) % symbols.length],
  };
}

/** Calls back when colours change: another scheme, or paper. */
export function onThemeChange(callback) {
  dark.addEventListener('change', callback);
  window.addEventListener('beforeprint', () => { printing = true; callback(); });
  window.addEventListener('afterprint', () => { printing = false; callback(); });
}
