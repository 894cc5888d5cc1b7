/**
 * Runs the workflows of test/workflows/ with act, a real workflow engine, and checks what it shows and which requests
 * the server got. Everything is on this machine: the authorization server, and act's own cache service.
 *
 * Usage: npm run act
 */
import {
  defaultClient,
  startAuthorizationServer,
} from '../test/support/doubles/authorization-server.ts';
import { json, startScriptedServer } from '../test/support/doubles/scripted-server.ts';
import { type Check, listChecks, type Scene } from './workflow-engine/checks.ts';
import { clients, keyClient, privateKey } from './workflow-engine/clients.ts';
import { findAct, howToGetAct, startEngine } from './workflow-engine/engine.ts';

/** A server's text with commands for the runner, in the forms of all engines. */
const hostileAnswer = json(400, {
  error: 'invalid_request',
  error_description: [
    'x',
    '::set-env name=PLANTED::evil',
    '::set-output name=token::evil',
    '##[set-env name=PLANTED]evil',
    '::add-mask::harmless',
  ].join('\n'),
});

/** Runs one workflow and prints the results of its checks, and everything that act printed if one failed. */
async function runWorkflow(
  act: string,
  workflow: string,
  list: readonly Check[],
): Promise<boolean> {
  const startedAt = performance.now();
  const server = await startAuthorizationServer({ clients });
  const hostile = await startScriptedServer({ answers: [hostileAnswer] });
  try {
    const engine = startEngine(
      act,
      {
        TOKEN_URL: server.tokenUrl,
        ISSUER: server.issuer,
        REVOCATION_URL: server.revocationUrl,
        HOSTILE_URL: hostile.url,
        CA_CERTIFICATE: server.caCertificate,
        CLIENT_ID: defaultClient.clientId,
        KEY_CLIENT_ID: keyClient.clientId,
      },
      { CLIENT_SECRET: defaultClient.clientSecret, PRIVATE_KEY: privateKey },
    );
    try {
      const run = await engine.run(workflow);
      const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
      console.log(`test/workflows/${workflow}.yml (${seconds} s)`);
      const passed: boolean[] = [];
      for (const check of list) passed.push(await passes(check, { run, engine, server }));
      if (!passed.includes(false)) return true;
      console.log(`What act printed:\n${run.log}`);
      return false;
    } finally {
      engine.close();
    }
  } finally {
    await Promise.all([server.close(), hostile.close()]);
  }
}

/** Prints how a check ended. */
async function passes([sentence, assertIt]: Check, scene: Scene): Promise<boolean> {
  try {
    await assertIt(scene);
    console.log(`  ok     ${sentence}`);
    return true;
  } catch (error) {
    console.log(`  FAILED ${sentence}`);
    console.log(error instanceof Error ? error.message : String(error));
    return false;
  }
}

async function runAll(act: string): Promise<void> {
  const failed: string[] = [];
  for (const [workflow, list] of Object.entries(listChecks())) {
    if (!(await runWorkflow(act, workflow, list))) failed.push(workflow);
  }
  console.log(
    failed.length === 0
      ? 'Every workflow did in act what it should.'
      : `Failed in act: ${failed.join(', ')}.`,
  );
  process.exitCode = failed.length === 0 ? 0 : 1;
}

const act = findAct();
if (act === undefined) {
  console.error(howToGetAct);
  process.exitCode = 1;
} else {
  await runAll(act);
}
