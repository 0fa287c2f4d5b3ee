import assert from 'node:assert/strict';
import { test } from 'node:test';
import { reportHtml } from '../../../client/report/html.ts';

const parts = { title: 'app:1', script: 'run()', style: 'p{}', nonce: 'N0nce' };

test('only what carries the page’s own secret runs, and nothing is loaded', () => {
  const html = reportHtml(parts);
  assert.match(html, /content="default-src 'none'; style-src 'nonce-N0nce'; script-src 'nonce-N0nce'"/);
  assert.deepEqual(html.match(/<script[^>]*>/g), ['<script nonce="N0nce">']);
  assert.doesNotMatch(html, /\b(src|href)=/);
});

test('neither a title nor what is in an image can end the element that it is in', () => {
  const data = JSON.stringify({ name: '</script><script>alert(1)</script><!--' });
  const html = reportHtml({ ...parts, title: '</title><img src=x onerror=alert(1)>', data });
  assert.doesNotMatch(html, /<img/);
  assert.deepEqual(html.match(/<script[^>]*>/g), [
    '<script type="application/json" id="data">',
    '<script nonce="N0nce">',
  ]);
  const held = html.match(/id="data">(.*)<\/script>/)?.[1] ?? '';
  assert.deepEqual(JSON.parse(held), JSON.parse(data));
});
