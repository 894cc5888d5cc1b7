import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { explain } from '../../test/support/tables/wording.ts';
import { IdTokenError } from '../id-token/id-token-error.ts';
import { InputError } from '../inputs/input-error.ts';
import { renderText, text } from '../log/text.ts';
import { mentionUnknownInputs, noteNoCredentials, warnUnknownInputs } from './inputs.ts';

describe('inputs that cannot be worked with', () => {
  const problems = [
    text`token-url: got "${'http://login.example.com/token'}"; must begin with https:// (or set allow-http: true)`,
    text`retry-max-attempts: got "${'many'}"; must be a whole number, 1 or more`,
    text`scope: unknown input, did you mean scopes?`,
  ];

  test('are named together', () => {
    assert.deepEqual(explain(new InputError(problems, undefined)), {
      title: 'inputs',
      message:
        '3 inputs need attention: retry-max-attempts: got "many"; must be a whole number, 1 or more. scope: unknown input, did you mean scopes? token-url: got "http://login.example.com/token"; must begin with https:// (or set allow-http: true).',
    });
  });

  test('are not counted where there is one', () => {
    assert.deepEqual(explain(new InputError([text`client-id is required`], undefined)), {
      title: 'inputs',
      message: 'client-id is required.',
    });
  });

  const fork =
    "client-secret is empty. This run is for a pull request from a fork, and GitHub does not give secrets to such runs. Set if-no-credentials: skip, or add `if: github.event_name != 'pull_request' || github.event.pull_request.head.repo.full_name == github.repository` to the job.";
  const dependabot =
    "client-secret is empty. Dependabot started this run, and such runs get only Dependabot's own secrets. Add the secret there (Settings > Secrets and variables > Dependabot), set if-no-credentials: skip, or add `if: github.actor != 'dependabot[bot]'` to the job.";
  const unset =
    'client-secret is empty. A secret that does not exist is empty, so check its name. A secret of an environment requires `environment:` on the job, a reusable workflow requires `secrets: inherit`, and a secret of an organization must be shared with this repository.';
  for (const [cause, message] of [
    ['fork', fork],
    ['dependabot', dependabot],
    ['unset', unset],
  ] as const) {
    test(`say why client-secret is empty: ${cause}`, () => {
      assert.deepEqual(explain(new InputError([], { name: 'client-secret', cause })), {
        title: 'inputs',
        message,
      });
    });
  }

  test('end with the empty client-secret, whose text is the longest', () => {
    assert.equal(
      explain(
        new InputError([text`client-id is required`], { name: 'client-secret', cause: 'unset' }),
      ).message,
      `2 inputs need attention: client-id is required. ${unset}`,
    );
  });
});

describe('a secret that is empty', () => {
  for (const name of ['client-secret', 'private-key', 'client-key', 'refresh-token'] as const) {
    test(`is named, whatever the cause: ${name}`, () => {
      for (const cause of ['fork', 'dependabot', 'unset'] as const) {
        const { message } = explain(new InputError([], { name, cause }));
        assert.ok(message.startsWith(`${name} is empty`), message);
      }
    });
  }
});

describe('a job without credentials that is to be skipped', () => {
  const end = 'The step ended without a token (if-no-credentials: skip). Its outputs are empty.';
  const name = 'parameters: password';
  const rows: readonly [error: InputError | IdTokenError, why: string][] = [
    [
      new InputError([], { name, cause: 'fork' }),
      `${name} is empty, because this run is for a pull request from a fork`,
    ],
    [
      new InputError([], { name, cause: 'dependabot' }),
      `${name} is empty, because Dependabot started this run and sees only its own secrets`,
    ],
    [
      new InputError([], { name, cause: 'unset' }),
      `${name} is empty (a secret that does not exist is empty)`,
    ],
    [
      new InputError([text`token-url is required`], undefined),
      "this job has no permission to request GitHub's OIDC token",
    ],
    [
      new IdTokenError('no_permission'),
      "this job has no permission to request GitHub's OIDC token",
    ],
  ];
  for (const [error, why] of rows) {
    test(`is told: ${why}`, () => {
      const { title, message } = noteNoCredentials(error);
      assert.equal(title, 'no credentials');
      assert.equal(
        renderText(message, (all) => all),
        `No token: ${why}. ${end}`,
      );
    });
  }
});

describe('inputs that are none', () => {
  const unknown = [
    text`scope: unknown input, did you mean scopes?`,
    text`url: unknown input, did you mean token-url?`,
  ];

  test('are worth one warning', () => {
    const { title, message } = warnUnknownInputs(unknown);
    assert.equal(title, 'unknown input');
    assert.equal(
      renderText(message, (all) => all),
      'scope: unknown input, did you mean scopes?; url: unknown input, did you mean token-url? It was not used. If it is a variable of the job or of a composite action (INPUT_...), ignore this warning.',
    );
  });

  test('are mentioned in an error, whose title they leave alone', () => {
    const error = { title: 'inputs', message: text`token-url is required.` };
    const { title, message } = mentionUnknownInputs(error, unknown.slice(1));
    assert.equal(title, 'inputs');
    assert.equal(
      renderText(message, (all) => all),
      'token-url is required. (url: unknown input, did you mean token-url?)',
    );
    assert.equal(mentionUnknownInputs(error, []).message, error.message);
  });
});
