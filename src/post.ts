/**
 * The end of the job: revokes the token of a step with `revoke: true`. Without `revoke`, only this file is loaded,
 * because every job of every user runs it.
 */
if ((process.env['STATE_revocation'] ?? '') !== '') {
  const { endJob } = await import('./action/end-job.ts');
  await endJob();
}
