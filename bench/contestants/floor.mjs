// The same as floor.cjs, as most people would write it: an ES module that imports everything it may need.
import { appendFileSync } from 'node:fs';
import http from 'node:http';
import https from 'node:https';
import process from 'node:process';

const { env } = process;
const url = new URL(env['INPUT_TOKEN-URL']);
const { request } = url.protocol === 'https:' ? https : http;
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
