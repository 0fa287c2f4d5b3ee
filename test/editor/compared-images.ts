/** An image and what became of it: a file changed, one gone, one new, one only by its mode; another user, and another version of a package. */
import { sampleImage } from './sample-image.ts';

const status = (version: string) => `Package: libc6\nStatus: install ok installed\nVersion: ${version}\n`;

export const imageBefore = (name: string): Buffer =>
  sampleImage(name, [
    {
      createdBy: 'COPY . /',
      entries: [
        { path: 'etc/motd', body: 'Hello 1\n' },
        { path: 'etc/old.conf', body: 'x'.repeat(100) },
        { path: 'etc/tool', body: 'tool', mode: 0o644 },
        { path: 'var/lib/dpkg/status', body: status('2.41') },
      ],
    },
  ]);

export const imageAfter = (name: string): Buffer =>
  sampleImage(
    name,
    [
      {
        createdBy: 'COPY . /',
        entries: [
          { path: 'etc/[x](command:y)', body: 'new' },
          { path: 'etc/motd', body: 'Hello 2\n' },
          { path: 'etc/tool', body: 'tool', mode: 0o755 },
          { path: 'var/lib/dpkg/status', body: status('2.42') },
        ],
      },
    ],
    '65532',
  );
