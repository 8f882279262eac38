import { describe, expect, it } from '@jest/globals';
import { Registry } from 'prom-client';
import { applierMetrics } from '../../../src/kube/metrics/applier.ts';
import { eventMetrics } from '../../../src/kube/metrics/events.ts';
import { leaderElectionMetrics } from '../../../src/kube/metrics/leader-election.ts';
import { processMetrics } from '../../../src/kube/metrics/process.ts';
import { reflectorMetrics } from '../../../src/kube/metrics/reflector.ts';
import { transportMetrics } from '../../../src/kube/metrics/transport.ts';
import { samplesOf } from './sample.ts';

describe('metrics under the names that dashboards know', () => {
  it('count requests as client-go does', async () => {
    const registry = new Registry();
    const metrics = transportMetrics(registry);

    metrics.exchangeFinished({ method: 'GET', host: '10.96.0.1:443', code: '200', durationSeconds: 0.02 });
    metrics.exchangeFinished({ method: 'GET', host: '10.96.0.1:443', code: '<error>', durationSeconds: 30 });

    const page = await registry.metrics();
    expect(await samplesOf(registry, 'rest_client_requests_total')).toEqual([
      'rest_client_requests_total{code="200",method="GET",host="10.96.0.1:443"} 1',
      'rest_client_requests_total{code="<error>",method="GET",host="10.96.0.1:443"} 1',
    ]);
    expect(page).toContain('rest_client_request_duration_seconds_bucket{le="0.025",verb="GET",host="10.96.0.1:443"} 1');
    expect(page).toContain('rest_client_request_duration_seconds_count{verb="GET",host="10.96.0.1:443"} 2');
  });

  it('show who leads', async () => {
    const registry = new Registry();
    const metrics = leaderElectionMetrics(registry, 'operator');

    const before = await samplesOf(registry, 'leader_election_master_status');
    metrics.leading(true);
    const during = await samplesOf(registry, 'leader_election_master_status');
    metrics.leading(false);
    const after = await samplesOf(registry, 'leader_election_master_status');

    expect([before, during, after].flat()).toEqual([
      'leader_election_master_status{name="operator"} 0',
      'leader_election_master_status{name="operator"} 1',
      'leader_election_master_status{name="operator"} 0',
    ]);
  });

  it('tell objects that were applied from those that needed nothing', async () => {
    const registry = new Registry();
    const metrics = applierMetrics(registry);

    metrics.hit('Deployment');
    metrics.hit('Deployment');
    metrics.miss('Service');

    expect(await samplesOf(registry, 'ssa_cache_hits_total')).toEqual(['ssa_cache_hits_total{kind="Deployment"} 2']);
    expect(await samplesOf(registry, 'ssa_cache_misses_total')).toEqual(['ssa_cache_misses_total{kind="Service"} 1']);
  });

  it('count events and say why some were dropped', async () => {
    const registry = new Registry();
    const metrics = eventMetrics(registry);

    metrics.sent();
    metrics.dropped('TooMany');

    expect(await samplesOf(registry, 'events_sent_total')).toEqual(['events_sent_total 1']);
    expect(await samplesOf(registry, 'events_dropped_total')).toEqual(['events_dropped_total{reason="TooMany"} 1']);
  });

  it('expose a watch that lies, and one that is silent', async () => {
    const registry = new Registry();
    const metricsFor = reflectorMetrics(registry);
    const pods = metricsFor('Pod');
    metricsFor('Service');
    pods.observe({ lastEventAgeMilliseconds: () => 42_000 });

    pods.metrics.missedEvents(3);
    pods.metrics.relisted('Missed');
    pods.metrics.reconnected('Idle');
    pods.metrics.parseFailed();
    pods.metrics.handlerFailed();

    expect(await samplesOf(registry, 'reflector_missed_events_total')).toEqual([
      'reflector_missed_events_total{name="Pod"} 3',
      'reflector_missed_events_total{name="Service"} 0',
    ]);
    const page = await registry.metrics();
    expect(page).toContain('reflector_relists_total{name="Pod",reason="Missed"} 1');
    expect(page).toContain('reflector_reconnects_total{name="Pod",reason="Idle"} 1');
    expect(page).toContain('reflector_parse_failures_total{name="Pod"} 1');
    expect(page).toContain('reflector_handler_failures_total{name="Pod"} 1');
    expect(page).toContain('reflector_last_event_age_seconds{name="Pod"} 42');
  });

  it('include the memory of the process', async () => {
    const registry = new Registry();

    processMetrics(registry);

    const [rss] = await samplesOf(registry, 'process_resident_memory_bytes');
    expect(Number(rss?.split(' ')[1])).toBeGreaterThan(10_000_000);
  });
});
