"""Runbooks of the two alerts that a new workspace has, written out: whoever is paged finds words in them.

They hold for any service; what is special about one belongs into them. The facts are generated.
"""

_FACTS = "<!-- tocsin:facts -->\n<!-- /tocsin:facts -->\n"
SERVICE_DOWN = f"""\
# ServiceDown: a service does not answer anybody

{_FACTS}
## What it means

**No instance** of a service that should run has answered Prometheus, or none is left in discovery. That is
one of three things: the service is down; the network between Prometheus and it is down; it runs, but
Prometheus was not told where.

## First look

1. The panel that the notification links to: did all instances go at once, and at which minute?
2. The service's last log lines before that minute.
3. What was changed just before: a deployment, a configuration, a certificate.

## Is it real?

What Prometheus sees. Normal: a row with 1 for every instance. All 0: it asks and gets no answer. **No row**:
it does not know any instance.

```promql
up
```

Ask the service yourself, from a machine in its network. Normal: an answer within a second.

```sh
curl -sS -m 5 -o /dev/null -w '%{{http_code}} %{{time_total}}s\\n' http://HOST:PORT/metrics
```

## Where is it?

By endpoint: which jobs have instances that do not answer? Several: a host or the network, not this service.

```promql
count by (job) (up == 0)
```

By instance: how long ago each one answered, in seconds. All alike: one common event.

```promql
time() - max by (job, instance) (max_over_time(timestamp(up == 1)[6h:1m]))
```

By time: how many answered, as a graph over a day.

```promql
sum by (job) (up)
```

## Why?

### 1. The new version does not start

It was deployed within the last hours, and its log ends in an error. Mend: roll back.

### 2. It was killed for memory, or its disk is full

The platform says so: exit code 137, or no space left. Mend: give it room, start it, then find what grew.

### 3. It runs, but Prometheus does not know it

It answers you, and `up` has no row. Mend: the service's `scrape:` in `spec.yaml`, or what discovery reads.
Until then all other alerts of this service are blind.

### 4. Something that it needs is down

Its log says what it cannot reach. Mend that first.

## Stop the bleeding

1. Deployed within the last hours: roll back now.
2. Otherwise keep the old log, start it, and watch it come up: `docker compose up -d SERVICE`.
3. It stays down: tell those who use it, with a time when they will hear more.

## Escalate

Nothing answers and you do not know why after 15 minutes: call the next level named in the facts. Say since
when, what you see, and what you did.

## Afterwards

- As many instances answer as before, for an hour.
- Write down what happened, and what would have told it earlier. Add to this page what was missing in it.
"""
WATCHDOG = f"""\
# Watchdog: the heartbeat that proves that alerts still reach people

{_FACTS}
## What it means

This alert **always fires**, and goes the way of every other one to a receiver outside this stack. When that
receiver hears nothing any more, alerts may reach nobody: treat it as critical.

## First look

1. Prometheus, *Alerts*: is Watchdog there and firing?
2. Alertmanager, *Alerts*: did it arrive there?
3. Look at the services yourself while alarms are off.

## Is it real?

Normal: one row with the value 1.

```promql
ALERTS{{alertname="Watchdog",alertstate="firing"}}
```

Normal: both answer with status 200.

```sh
curl -sS -m 5 -w ' %{{http_code}}\\n' http://localhost:9090/-/ready
curl -sS -m 5 -w ' %{{http_code}}\\n' http://localhost:9093/-/ready
```

## Where is it?

By endpoint: follow the heartbeat from Prometheus to Alertmanager to the receiver; the first that does not
have it is the place.

By instance: which of the engines answers the questions above?

By time: when did it stop?

```promql
count_over_time(ALERTS{{alertname="Watchdog",alertstate="firing"}}[5m])
```

## Why?

### 1. Prometheus or Alertmanager is down, or cannot read its configuration

```sh
docker compose ps
docker compose logs --tail=50 prometheus alertmanager
```

Mend: start it, or put the last good configuration back.

### 2. The way out is blocked

Alertmanager's log names the receiver that it cannot reach. Mend: the network, or the receiver's secret.

### 3. Somebody silenced it

Mend: expire that silence. Nobody needs to silence Watchdog.

## Stop the bleeding

1. Start what is down: `docker compose up -d prometheus alertmanager`.
2. Say in the on-call channel that alarms are off, and who watches what by hand.
3. Watch the receiver: the heartbeat must come in twice.

## Escalate

Alarms are off for 15 minutes and you do not know why: whoever runs the monitoring stack, at any hour.

## Afterwards

- The heartbeat is steady for an hour.
- What would have fired meanwhile? Look through the dashboards of that time.
"""
RUNBOOKS = {"runbooks/ServiceDown.md": SERVICE_DOWN, "runbooks/Watchdog.md": WATCHDOG}
