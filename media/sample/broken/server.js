import { createServer } from 'node:http';

createServer((request, response) => {
  response.end('Hello from a container\n');
}).listen(3000);
