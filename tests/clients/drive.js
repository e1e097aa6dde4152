// Calls methods of a client, as lines of JSON say, and writes what they have come to.
'use strict';

const readline = require('readline');

const [client, site, username, password] = process.argv.slice(2);
const connected = {
  // Wants the address of the API, not that of the site.
  'mautic-api': (Client) => new Client({ baseUrl: site + '/api', auth: { username, password } }),
  'node-mautic': (Client) => new Client({ apiUrl: site, username, password, timeoutInSeconds: 10 })
}[client](require(client));

async function answer(line) {
  const { method, values } = JSON.parse(line);
  const name = method.pop();
  const owner = method.reduce((found, part) => found[part], connected);
  try {
    return { result: await owner[name](...values) };
  } catch (error) {
    return { error: error.message };
  }
}

(async () => {
  for await (const line of readline.createInterface({ input: process.stdin })) {
    console.log(JSON.stringify(await answer(line)));
  }
})();
