/** How each row of the explorer looks. */
import { basename } from 'node:path';
import { type TreeItem, TreeItemCollapsibleState } from 'vscode';
import type { AsOf } from './as-of.ts';
import { comparisonItem } from './comparison-items.ts';
import type { Comparisons } from './comparisons.ts';
import { containerItem, containersItem } from './containers.ts';
import { componentItem, ecosystems, entryItem, evidenceItem, packageItem } from './file-items.ts';
import { asOfItem, imageItem, layerItem, progressLook, shareItem, wholeItem } from './image-items.ts';
import type { Images } from './images.ts';
import { make } from './item.ts';
import { type Node, pageSize } from './nodes.ts';
import { countWords } from './words.ts';

const { Collapsed, Expanded } = TreeItemCollapsibleState;

export function treeItem(node: Node, images: Images, comparisons: Comparisons, asOf: AsOf): TreeItem {
  switch (node.kind) {
    case 'message': {
      const item = make(node, {
        label: node.text,
        description: [node.detail],
        tooltip: [node.full ?? node.text, node.detail],
        icon: node.icon,
      });
      if (node.command)
        item.command = { title: node.text, command: node.command.id, arguments: [...(node.command.arguments ?? [])] };
      return item;
    }
    case 'engine': {
      const { name, address, context } = node.engine;
      return make(node, {
        label: name,
        description: [context, address],
        tooltip: [name, address, context && `Docker context “${context}”`],
        icon: 'server',
        state: Expanded,
        context: 'engine',
      });
    }
    case 'containers':
      return containersItem(node);
    case 'container':
      return containerItem(node);
    case 'no-engine':
      return make(node, {
        label: 'No container engine answered',
        description: [`${countWords(node.tried.length, 'address', 'addresses')} tried`],
        tooltip: [
          'No container engine answered. Tried:',
          ...node.tried.map(({ address, why }) => `${address}: ${why}`),
        ],
        icon: 'warning',
        state: node.expanded ? Expanded : Collapsed,
        context: 'no-engine',
      });
    case 'archives':
      return make(node, { label: 'Opened archives', icon: 'archive', state: Expanded });
    case 'archive':
      return make(node, {
        label: basename(node.path),
        tooltip: [node.path],
        icon: 'file-zip',
        state: Expanded,
        context: 'archive',
      });
    case 'registries':
      return make(node, { label: 'Registries', icon: 'cloud', state: Expanded });
    case 'image':
      return imageItem(node, images);
    case 'status':
      return make(node, { ...progressLook(node.reference, images), icon: 'loading~spin', context: 'status' });
    case 'whole':
      return wholeItem(node, images);
    case 'as-of':
      return asOfItem(node, images, asOf);
    case 'share':
      return shareItem(node, images);
    case 'layer':
      return layerItem(node, images);
    case 'entry':
      return entryItem(node, images);
    case 'components':
      return make(node, {
        label: 'Flagged',
        description: [countWords(node.components.length, 'kind')],
        tooltip: ['What the application mostly does not need, by kind'],
        icon: 'flag',
        state: Collapsed,
      });
    case 'component':
      return componentItem(node);
    case 'evidence':
      return evidenceItem(node, images);
    case 'packages':
      return make(node, {
        label: 'Packages',
        description: [node.packages.length.toLocaleString('en')],
        tooltip: ['What the package databases in the image say is installed'],
        icon: 'library',
        state: Collapsed,
      });
    case 'ecosystem':
      return make(node, {
        label: ecosystems[node.type],
        description: [node.packages.length.toLocaleString('en')],
        icon: 'library',
        state: Collapsed,
      });
    case 'package':
      return packageItem(node, images);
    case 'more': {
      const next = Math.min(node.hidden, pageSize);
      const item = make(node, {
        label: `Show ${next.toLocaleString('en')} more`,
        description: [`of ${node.hidden.toLocaleString('en')}`],
        icon: 'ellipsis',
      });
      item.command = { title: 'Show more', command: 'distroless.showMore', arguments: [node] };
      return item;
    }
    default:
      return comparisonItem(node, comparisons);
  }
}
