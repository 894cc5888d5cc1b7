/**
 * The end of the job: revokes the token where that was asked for. Where it was not, nothing more than this file is
 * loaded, for every job of every user comes here.
 */
if ((process.env['STATE_revocation'] ?? '') !== '') {
  const { endJob } = await import('./action/end-job.ts');
  await endJob();
}
