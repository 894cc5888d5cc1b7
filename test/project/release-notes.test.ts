import assert from 'node:assert/strict';
import { test } from 'node:test';

import { readNotes } from '../../tools/release-notes.ts';

const changelog = `# Changelog

## [Unreleased]

### Added

- Something to come.

## [1.2.0] - 2026-01-31

### Fixed

- A fault.

## [1.1.0] - 2026-01-01

- The first.

[1.2.0]: https://example.com/1.2.0
`;

function read(tag: string, version: string, text = changelog): string {
  return readNotes(tag, JSON.stringify({ version }), text);
}

test('the notes are the section of the release', () => {
  assert.equal(read('v1.2.0', '1.2.0'), '### Fixed\n\n- A fault.\n');
  assert.equal(
    read('v1.2.0', '1.2.0', changelog.replaceAll('\n', '\r\n')),
    '### Fixed\n\n- A fault.\n',
  );
});

test('the last section has no addresses of links in it', () => {
  assert.equal(read('v1.1.0', '1.1.0'), '- The first.\n');
});

test('a tag that is not the version of package.json is refused', () => {
  assert.throws(() => read('v1.2.0', '1.2.1'), /The tag is v1\.2\.0; package\.json says 1\.2\.1\./);
  assert.throws(() => read('1.2.0', '1.2.0'), /The tag is 1\.2\.0/);
});

test('a release without a dated section, or with an empty one, is refused', () => {
  assert.throws(() => read('v1.3.0', '1.3.0'), /no section "## \[1\.3\.0\] - YYYY-MM-DD"/);
  assert.throws(
    () => read('v1.2.0', '1.2.0', changelog.replace('2026-01-31', 'soon')),
    /no section/,
  );
  assert.throws(
    () => read('v1.1.0', '1.1.0', changelog.replace('- The first.', '')),
    /says nothing of 1\.1\.0/,
  );
});
