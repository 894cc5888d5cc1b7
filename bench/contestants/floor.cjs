// The minimum that an action must do to get a token: no check, no retry, no error of its own, no second mask.
const { appendFileSync } = require('node:fs');

const { env } = process;
const url = new URL(env['INPUT_TOKEN-URL']);
const { request } = require(url.protocol === 'https:' ? 'node:https' : 'node:http');
const credentials = `${env['INPUT_CLIENT-ID']}:${env['INPUT_CLIENT-SECRET']}`;
const headers = {
  authorization: `Basic ${Buffer.from(credentials).toString('base64')}`,
  'content-type': 'application/x-www-form-urlencoded',
};
const asked = request(url, { method: 'POST', headers }, (response) => {
  let body = '';
  response.setEncoding('utf8').on('data', (text) => (body += text));
  response.on('end', () => {
    const token = JSON.parse(body).access_token;
    process.stdout.write(`::add-mask::${token}\n`);
    appendFileSync(env.GITHUB_OUTPUT, `token=${token}\n`);
    appendFileSync(env.GITHUB_ENV, `OAUTH2_TOKEN=${token}\n`);
  });
});
asked.end('grant_type=client_credentials');
