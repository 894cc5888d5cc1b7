/** The texts for people as they are in the source, read by the compiler. */
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import ts from 'typescript';

const root = join(import.meta.dirname, '..', '..', '..');

/** A text and where it is. */
export interface SourceText {
  /** Relative to the project's folder. */
  readonly file: string;
  /** Its words, with a space for each value that is put in. */
  readonly words: string;
}

/** Gives every template tagged `text` in src/, and the strings that are put into such templates. */
export function listSourceTexts(): SourceText[] {
  return globSync('src/{action,reuse,exchange,wording,inputs}/**/*.ts', { cwd: root })
    .filter((file) => !file.endsWith('.test.ts'))
    .flatMap((file) => listTexts(file));
}

function listTexts(file: string): SourceText[] {
  const source = ts.createSourceFile(
    file,
    readFileSync(join(root, file), 'utf8'),
    ts.ScriptTarget.Latest,
    true,
  );
  const texts: SourceText[] = [];
  const visit = (node: ts.Node, inside: boolean): void => {
    const isText = ts.isTaggedTemplateExpression(node) && node.tag.getText() === 'text';
    if (isText) texts.push({ file, words: readTemplate(node.template) });
    else if (inside && ts.isStringLiteral(node)) texts.push({ file, words: node.text });
    node.forEachChild((child) => {
      visit(child, inside || isText);
    });
  };
  visit(source, false);
  return texts;
}

function readTemplate(template: ts.TemplateLiteral): string {
  if (ts.isNoSubstitutionTemplateLiteral(template)) return template.text;
  return [template.head.text, ...template.templateSpans.map((span) => span.literal.text)].join(' ');
}

/** The shortest sentence that does not occur by chance, in words. */
const fewestWords = 4;

/** Gives the sentences of src/wording, split at the values that are put into them. */
export function listSentences(): string[] {
  const sentences = globSync('src/wording/*.ts', { cwd: root })
    .filter((file) => !file.endsWith('.test.ts'))
    .flatMap((file) => listParts(file))
    .flatMap((part) => part.split(/(?<=[.?!;:])\s+/))
    .map((sentence) => sentence.trim())
    .filter((sentence) => sentence.split(/\s+/).length >= fewestWords);
  return [...new Set(sentences)];
}

/** Gives the words in the templates tagged `text` of a file, without the values. */
function listParts(file: string): string[] {
  const content = readFileSync(join(root, file), 'utf8');
  const source = ts.createSourceFile(file, content, ts.ScriptTarget.Latest, true);
  const parts: string[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isTaggedTemplateExpression(node) && node.tag.getText() === 'text') {
      const { template } = node;
      if (ts.isNoSubstitutionTemplateLiteral(template)) parts.push(template.text);
      else {
        parts.push(
          template.head.text,
          ...template.templateSpans.map(({ literal }) => literal.text),
        );
      }
    }
    node.forEachChild(visit);
  };
  visit(source);
  return parts;
}

/** Gives the title of every annotation. */
export function listTitles(): string[] {
  const found = globSync('src/wording/**/*.ts', { cwd: root })
    .filter((file) => !file.endsWith('.test.ts'))
    .flatMap((file) => [
      ...readFileSync(join(root, file), 'utf8').matchAll(/\b\w*itle(?: =|:) '([^']+)'/g),
    ]);
  return [...new Set(found.map(([, title = '']) => title))].sort();
}
