import { isRecord } from '../kube/json.ts';
import type { DrainSettings } from './drain-settings.ts';
import type { FieldError } from './field-error.ts';
import { fieldPath } from './field-error.ts';
import { isReservedPort, reservedPorts } from './formats.ts';
import { balancerContainerName, gatewayContainerName, ownVolumePrefix } from './pod-names.ts';

type Path = readonly (string | number)[];
type Hook = DrainSettings['hook'];

/** Refusals of a template's containers and initContainers. Elements that are no objects are left to the API server to refuse. */
export function containerRefusals(spec: Record<string, unknown>, at: Path, hook: Hook): FieldError[] {
  const { containers, initContainers } = spec;
  return [
    ...gatewayMissing(containers, [...at, 'containers']),
    ...refusalsIn(containers, [...at, 'containers'], hook),
    ...refusalsIn(initContainers, [...at, 'initContainers'], hook),
  ];
}

/** A list without the gateway is a mistake: most likely the gateway's own container under another name, which would run beside it. */
function gatewayMissing(containers: unknown, at: Path): FieldError[] {
  if (!Array.isArray(containers) || containers.length === 0) return [];

  const hasGateway = containers.some((container: unknown) => nameOf(container) === gatewayContainerName);
  return hasGateway
    ? []
    : [
        {
          field: fieldPath(at),
          message: `none of the containers is called ${gatewayContainerName}: give that name to the container of the gateway; to only add a container, list "name: ${gatewayContainerName}" beside it`,
        },
      ];
}

function refusalsIn(containers: unknown, at: Path, hook: Hook): FieldError[] {
  if (!Array.isArray(containers)) return [];

  return containers.flatMap((container: unknown, index) => {
    if (!isRecord(container)) return [];
    const where = [...at, index];
    return [
      ...sidecarTouched(container, where),
      ...ownVolumeMounted(container, where),
      ...(hook === 'Sidecar' ? hookTaken(container, where) : []),
      ...portTaken(container, where),
    ];
  });
}

function sidecarTouched(container: Record<string, unknown>, at: Path): FieldError[] {
  if (container['name'] !== balancerContainerName) return [];

  const message = 'this container is the sidecar of the operator, which decides who may start; choose another name';
  return [{ field: fieldPath([...at, 'name']), message }];
}

/** Guarantee: the sidecar's token is mounted into the sidecar alone. */
function ownVolumeMounted(container: Record<string, unknown>, at: Path): FieldError[] {
  return elementsOf(container['volumeMounts']).flatMap(({ element, index }) =>
    nameOf(element)?.startsWith(ownVolumePrefix) === true
      ? [
          {
            field: fieldPath([...at, 'volumeMounts', index, 'name']),
            message: `volumes that begin with ${ownVolumePrefix} hold the token and the state of the sidecar; mount a volume of your own`,
          },
        ]
      : [],
  );
}

/** Whether the gateway among these containers has a hook of its own, which ends it. */
export function hasStopHook(containers: unknown): boolean {
  return elementsOf(containers).some(({ element }) => isRecord(element) && isHookedGateway(element));
}

function isHookedGateway({ name, lifecycle }: Record<string, unknown>): boolean {
  return name === gatewayContainerName && isRecord(lifecycle) && (lifecycle['preStop'] ?? null) !== null;
}

function hookTaken(container: Record<string, unknown>, at: Path): FieldError[] {
  if (!isHookedGateway(container)) return [];

  const message =
    'the sidecar waits here until the sessions of the gateway are over; remove the hook, or set spec.drain.hook: Template to have yours instead';
  return [{ field: fieldPath([...at, 'lifecycle', 'preStop']), message }];
}

function portTaken(container: Record<string, unknown>, at: Path): FieldError[] {
  return elementsOf(container['ports']).flatMap(({ element, index }) => {
    const port = isRecord(element) ? element['containerPort'] : undefined;
    return typeof port === 'number' && isReservedPort(port)
      ? [
          {
            field: fieldPath([...at, 'ports', index, 'containerPort']),
            message: `ports ${reservedPorts.first}-${reservedPorts.last} of the pod belong to the sidecar; choose another port`,
          },
        ]
      : [];
  });
}

function elementsOf(list: unknown): { element: unknown; index: number }[] {
  return Array.isArray(list) ? list.map((element: unknown, index) => ({ element, index })) : [];
}

function nameOf(element: unknown): string | undefined {
  return isRecord(element) && typeof element['name'] === 'string' ? element['name'] : undefined;
}
