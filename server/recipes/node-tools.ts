/** Programs of the Node.js world that a container is started with by habit, and what to say of each. */

export const DEVELOPMENT =
  'is for development: it watches the sources, or compiles them at every start. Build first, and start what is built with node.';
const MANAGER =
  'keeps processes alive, which is what the container engine does here. Start node itself: CMD ["node", "server.js"].';
/** What follows the program’s name in the reason. */
export const TOOLS: ReadonlyMap<string, string> = new Map([
  ...[
    'nodemon',
    'ts-node',
    'ts-node-dev',
    'tsx',
    'babel-node',
    'vite',
    'webpack-dev-server',
    'ng',
    'vue-cli-service',
    'react-scripts',
    'gatsby',
    'nest',
    'parcel',
  ].map((name) => [name, DEVELOPMENT] as const),
  ...['pm2', 'pm2-runtime', 'pm2-docker', 'forever', 'supervisor'].map((name) => [name, MANAGER] as const),
  ['next', 'is only converted as “next start”, which serves what “next build” has made. Build first, and start that.'],
]);
