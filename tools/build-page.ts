/**
 * Builds docs/from-curl.html, the page that converts curl commands, as one file that makes no requests. `tsc` strips
 * the types of from-curl/page/page.ts and its imports, and ncc makes one script of them.
 */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, posix } from 'node:path';

const root = join(import.meta.dirname, '..');
const source = join(root, 'from-curl', 'page');

/** The output of tsc and input of ncc. */
const emitted = join(root, 'build', 'page');

/** The page as it is committed. */
export const pageFile = join(root, 'docs', 'from-curl.html');

/** The modules of Node that the action's checks import, and their replacements for a browser. */
const standIns: Readonly<Record<string, string>> = {
  'node:crypto': 'node-crypto.js',
  'node:fs': 'node-fs.js',
  'node:tls': 'node-tls.js',
  'node:util': 'node-util.js',
};

/**
 * Builds the page.
 *
 * @returns its text
 * @throws if tsc or ncc fails, whose output was shown, or if a module of Node has no replacement
 */
export function buildPage(): string {
  rmSync(emitted, { recursive: true, force: true });
  runTool('typescript/bin/tsc', ['-p', join(source, 'tsconfig.build.json')]);
  for (const file of globSync('**/*.js', { cwd: emitted })) replaceModules(file);
  writeFileSync(join(emitted, 'package.json'), '{ "type": "module" }\n');
  return writePage({
    template: readFileSync(join(source, 'template.html'), 'utf8'),
    style: readFileSync(join(source, 'style.css'), 'utf8'),
    script: bundle(),
  });
}

/** Imports the replacements instead of Node's modules. */
function replaceModules(file: string): void {
  const path = join(emitted, file);
  const folder = posix.dirname(file.replaceAll('\\', '/'));
  const code = readFileSync(path, 'utf8').replace(/(?<=from ')node:\w+(?=';)/g, (name) => {
    const standIn = standIns[name];
    if (standIn === undefined) return name;
    const target = posix.relative(folder, `from-curl/page/stand-ins/${standIn}`);
    return target.startsWith('.') ? target : `./${target}`;
  });
  writeFileSync(path, code);
}

/** Makes one script of all modules. */
function bundle(): string {
  const out = mkdtempSync(join(tmpdir(), 'oauth2-token-page-'));
  try {
    runTool('@vercel/ncc/dist/ncc/cli.js', [
      'build',
      join(emitted, 'from-curl', 'page', 'page.js'),
      '--out',
      out,
      '--quiet',
    ]);
    const script = readFileSync(join(out, 'index.js'), 'utf8');
    const [imported] = /["']node:\w+["']/.exec(script) ?? [];
    if (imported === undefined) return script;
    throw new Error(`The page imports ${imported}, for which there is no stand-in.`);
  } finally {
    rmSync(out, { recursive: true, force: true });
  }
}

/** Puts style and script into the template, and a policy that allows these two and nothing else. */
function writePage(parts: {
  readonly template: string;
  readonly style: string;
  readonly script: string;
}): string {
  const style = `\n${parts.style}`;
  // With a backslash, this text does not end the script element, and JavaScript reads it in the same way.
  const script = `\n${parts.script.replace(/<(?=\/script|!--)/gi, '\\x3c')}`;
  const policy = [
    "default-src 'none'",
    "connect-src 'none'",
    `script-src '${hash(script)}'`,
    `style-src '${hash(style)}'`,
    'img-src data:',
    "base-uri 'none'",
    "form-action 'none'",
    "require-trusted-types-for 'script'",
  ].join('; ');
  return parts.template
    .replace('{{policy}}', () => policy)
    .replace('<style></style>', () => `<style>${style}</style>`)
    .replace('<script type="module"></script>', () => `<script type="module">${script}</script>`);
}

function hash(text: string): string {
  return `sha256-${createHash('sha256').update(text).digest('base64')}`;
}

function runTool(script: string, args: string[]): void {
  execFileSync(process.execPath, [join(root, 'node_modules', script), ...args], {
    cwd: root,
    stdio: ['ignore', 'inherit', 'inherit'],
  });
}
