/** All rules, in the order of the documentation: what does not build, what cannot start, what is not allowed, what does not belong, what will not last. */

import { bareScratch } from './bare-scratch.ts';
import { cgoWithoutLibc } from './cgo-without-libc.ts';
import { copyFrom } from './copy-from.ts';
import { debugBase } from './debug-base.ts';
import { defaultArgInFrom } from './default-arg-in-from.ts';
import { devDependencies } from './dev-dependencies.ts';
import { dotnetExtra } from './dotnet-extra.ts';
import { duplicateStageName } from './duplicate-stage-name.ts';
import { endOfLife } from './end-of-life.ts';
import { entrypointScript } from './entrypoint-script.ts';
import { floatingBase } from './floating-base.ts';
import { floatingTag } from './floating-tag.ts';
import { fromAsCasing } from './from-as-casing.ts';
import { fullDistribution } from './full-distribution.ts';
import { healthcheckProgram } from './healthcheck-program.ts';
import { ignoredSource } from './ignored-source.ts';
import { ignoresUnknownRule } from './ignores-unknown-rule.ts';
import { instructionCasing } from './instruction-casing.ts';
import { javaJar } from './java-jar.ts';
import { leftoverCache } from './leftover-cache.ts';
import { literalShellSyntax } from './literal-shell-syntax.ts';
import { lowPort } from './low-port.ts';
import { missingInterpreter } from './missing-interpreter.ts';
import { missingLibraries } from './missing-libraries.ts';
import { missingProgram } from './missing-program.ts';
import { mixedReleases } from './mixed-releases.ts';
import { namedUser } from './named-user.ts';
import { nativeAddons } from './native-addons.ts';
import { newerGlibc } from './newer-glibc.ts';
import { otherLibc } from './other-libc.ts';
import { otherOpenssl } from './other-openssl.ts';
import { otherPlatform } from './other-platform.ts';
import { packageManager } from './package-manager.ts';
import { prismaTarget } from './prisma-target.ts';
import { privateHome } from './private-home.ts';
import { pythonPackages } from './python-packages.ts';
import { repeatedInstruction } from './repeated-instruction.ts';
import { repeatsEntrypoint } from './repeats-entrypoint.ts';
import { replacesLink } from './replaces-link.ts';
import { reservedStageName } from './reserved-stage-name.ts';
import { retiredBase } from './retired-base.ts';
import { rootUser } from './root-user.ts';
import type { Rule } from './rule.ts';
import { secretFile } from './secret-file.ts';
import { secretVariable } from './secret-variable.ts';
import { shellForm } from './shell-form.ts';
import { shipsTools } from './ships-tools.ts';
import { stageNameCasing } from './stage-name-casing.ts';
import { syntax } from './syntax.ts';
import { unknownUser } from './unknown-user.ts';
import { unpinnedBase } from './unpinned-base.ts';
import { unusedStage } from './unused-stage.ts';
import { unwritableFolder } from './unwritable-folder.ts';
import { venvInterpreter } from './venv-interpreter.ts';
import { wholeContext } from './whole-context.ts';
import { wholeFilesystem } from './whole-filesystem.ts';

export const rules: readonly Rule[] = [
  syntax,
  defaultArgInFrom,
  shellForm,
  repeatsEntrypoint,
  missingProgram,
  missingInterpreter,
  javaJar,
  literalShellSyntax,
  entrypointScript,
  otherPlatform,
  cgoWithoutLibc,
  missingLibraries,
  otherLibc,
  newerGlibc,
  otherOpenssl,
  nativeAddons,
  prismaTarget,
  copyFrom,
  pythonPackages,
  venvInterpreter,
  replacesLink,
  bareScratch,
  dotnetExtra,
  ignoredSource,
  rootUser,
  unknownUser,
  namedUser,
  unwritableFolder,
  lowPort,
  privateHome,
  packageManager,
  shipsTools,
  leftoverCache,
  devDependencies,
  fullDistribution,
  debugBase,
  wholeFilesystem,
  wholeContext,
  secretVariable,
  secretFile,
  retiredBase,
  floatingBase,
  endOfLife,
  floatingTag,
  mixedReleases,
  unpinnedBase,
  unusedStage,
  duplicateStageName,
  reservedStageName,
  stageNameCasing,
  fromAsCasing,
  instructionCasing,
  repeatedInstruction,
  healthcheckProgram,
  ignoresUnknownRule,
];
