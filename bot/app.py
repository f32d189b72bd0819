"""The composition root: the only place that builds the program's parts and joins them."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial

import structlog

from bot import log as journal
from bot.config import Settings
from bot.courier import Courier
from bot.feed_reader import FeedReader
from bot.fetch import Fetcher, Limits
from bot.ground import USER_RATE, Ground, Keys
from bot.heartbeat import Heartbeat
from bot.intake import Intake
from bot.media import Media, prune
from bot.metrics import Metrics
from bot.missed import Missed
from bot.networks import MEDIA, media_of, networks_of, site_hosts
from bot.reconciler import Reconciler
from bot.router import Router
from bot.service import Running, Service
from bot.snackbars import Snackbars
from bot.sources import Sources
from bot.sweep import Sweep
from bot.targets.base import Target
from bot.targets.network import NetworkTarget
from bot.targets.pictures import PictureLook
from bot.targets.vk_messages import VkMessages
from bot.targets.vk_wall import VkWall
from bot.ticker import ClockWatch, Job, Ticker
from bot.vk.client import VkClient, VkKey
from bot.vk.other_walls import OtherWalls
from bot.vk.wall import Wall
from bot.watch import KeySource, Watch
from bot.work import Work
from editorial.networks import Network
from handlers import alarms, digest, keeping, overview, publication, reminders
from handlers.context import Context

log = structlog.get_logger("app")

#: How long a feed may take, seconds.
FEED_LIMITS = Limits(connect=4.0, silence=8.0, whole=30.0)
#: How often is looked for posts that are to be read again, seconds.
SWEEP = 5.0
#: How long the very first cards wait for the event stream, seconds.
LISTENING = 5.0
#: How long a look for lost messages waits for the event stream to have told what it has, seconds.
CATCHING_UP = 2.0


@dataclass(slots=True)
class App:
    """Everything that runs, already joined."""

    settings: Settings
    work: Work
    wall: Wall
    watch: Watch
    service: Service
    parts: Parts


@dataclass(frozen=True, slots=True)
class Parts:
    """What the service runs in its threads, for whoever takes the steps one by one."""

    intake: Intake
    router: Router
    couriers: tuple[Courier, ...]
    reconciler: Reconciler
    jobs: tuple[Job, ...]
    snackbars: Snackbars
    #: What the service does last: files and the database are closed.
    close: Callable[[], None]


def build(settings: Settings, ground: Ground) -> App:
    """The program on its ground; of its loops only the intake may run already."""
    wall = Wall(ground.user, ground.group, settings.VK_GROUP_ID)
    media = media_of(settings, ground.user)
    networks = networks_of(settings, media, ground.user, ground.group)
    shown = tuple(_with_preview(network, target) for target in networks for network in target.networks)
    ground.work.desk = replace(ground.work.desk, networks=shown)
    return _join(settings, ground, wall, media, networks)


def key_sources(settings: Settings, keys: Keys) -> tuple[KeySource, ...]:
    """Where the running program looks for a replaced key."""
    return (
        KeySource(keys.group, settings.VK_GROUP_TOKEN.get_secret_value(), keys.group_file),
        KeySource(keys.user, settings.VK_USER_TOKEN.get_secret_value(), keys.user_file),
    )


def sources_of(settings: Settings, work: Work, watch: Watch, user: VkClient, service: VkClient | None) -> Sources:
    """The loop that reads the sources of news: walls with the service key or the editor's, and feeds."""
    return Sources(
        work,
        OtherWalls(service or user),
        FeedReader(Fetcher(site_hosts(settings), FEED_LIMITS)),
        settings.SOURCES_SECONDS,
        can_read=lambda: service is not None or watch.can_read,
        own_key=service is not None,
        instead=OtherWalls(user) if service else None,
        may_instead=lambda: watch.can_read,
    )


def _with_preview(network: Network, target: NetworkTarget) -> Network:
    """The network together with how it will show a post, for the moderators."""
    return replace(network, preview=lambda story: target.render(story, network))


def _join(settings: Settings, ground: Ground, wall: Wall, media: Media, networks: tuple[NetworkTarget, ...]) -> App:
    work, group, intake = ground.work, ground.group, ground.intake
    metrics = Metrics()
    group.observer = ground.user.observer = metrics.observe
    targets: list[Target] = []
    watch = _watch(settings, ground, resume=lambda: _resume(work, targets))
    targets += [
        PictureLook(media),
        VkMessages(group, settings.VK_GROUP_ID),
        VkWall(wall, media, by_hand=lambda: watch.by_hand),
        *networks,
    ]
    snackbars = Snackbars(group)
    service_key = service_client(settings)
    reconciler = _reconciler(settings, ground, wall, watch, service_key)
    router = Router(
        work, snackbars, group, settings.VK_GROUP_ID, before=watch.know_managers, judge=watch.refresh_managers
    )
    missed = Missed(work, group, settings.VK_GROUP_ID, ready=lambda: intake.caught_up.wait(CATCHING_UP))

    def on_gap() -> None:
        reconciler.ask()
        missed.ask()

    ground.join(before=watch.switch_events_on, on_gap=on_gap)
    couriers = _couriers(ground, targets, watch)
    sweep = Sweep(wall, work, networks, can_read=lambda: watch.can_read, on_refusal=watch.recheck)
    tables = keeping.Tables()
    jobs = _jobs(work, watch, reconciler, sweep, settings, networks, tables)
    _settle_start(work, settings, tables)

    def after() -> None:
        metrics.close()
        ground.close()

    loops = (
        ground.listening,
        *(Running(f"courier.{courier.target.name}", courier) for courier in couriers),
        Running("router", router),
        Running("reconciler", reconciler),
        Running("missed", missed),
        Running("sources", sources_of(settings, work, watch, ground.user, service_key)),
    )
    also_alive = {"lease": ground.lease.alive}
    service = Service(loops, ticker=Ticker(jobs), answers=snackbars, after=after, also_alive=also_alive)
    if settings.METRICS_PORT is not None:
        metrics.serve(settings.METRICS_PORT, work, service.dead)
    parts = Parts(intake, router, couriers, reconciler, jobs, snackbars, after)
    return App(settings, work, wall, watch, service, parts)


def _couriers(ground: Ground, targets: Iterable[Target], watch: Watch) -> tuple[Courier, ...]:
    """One for each target, so that none waits for another."""

    def listening() -> None:
        # A card that is shown before anybody listens could be pressed in vain.
        ground.intake.listening.wait(LISTENING)

    return tuple(Courier(one, ground.work, before=listening, on_refusal=watch.recheck) for one in targets)


def _watch(settings: Settings, ground: Ground, *, resume: Callable[[], None]) -> Watch:
    return Watch(
        ground.work,
        ground.user,
        ground.group,
        settings.VK_GROUP_ID,
        key_sources(settings, ground.keys),
        resume,
        keep_events=timedelta(days=settings.KEEP_EVENTS_DAYS),
        keep_authors=timedelta(days=settings.KEEP_AUTHORS_DAYS),
    )


def service_client(settings: Settings) -> VkClient | None:
    """Reads what everybody may, with the application's own key; None when there is none."""
    secret = settings.VK_SERVICE_TOKEN.get_secret_value()
    journal.MASKING.learn((secret,))
    return VkClient(VkKey("service", secret), settings.VK_API_URL, rate=USER_RATE) if secret else None


def _reconciler(
    settings: Settings, ground: Ground, wall: Wall, watch: Watch, service: VkClient | None
) -> Reconciler:
    return Reconciler(
        wall,
        ground.work,
        settings.RECONCILE_SECONDS,
        heartbeat=Heartbeat(settings.DATA_DIR),
        can_read=lambda: watch.can_read,
        still_manager=watch.still_manager,
        on_refusal=watch.recheck,
        instead=Wall(service, ground.group, settings.VK_GROUP_ID, post_gap=0) if service else None,
    )


def _resume(work: Work, targets: Iterable[Target]) -> None:
    """A key works again: nothing that waited for it waits any longer."""
    for target in targets:
        target.resume()
    with work.begin("resume") as context:
        for target in targets:
            context.unit.outbox.hurry(target.name, context.now)


def _settle_start(work: Work, settings: Settings, tables: keeping.Tables) -> None:
    """What the last run left: deliveries in hand are in doubt, missed slots are planned anew."""
    with work.begin("start") as context:
        if context.unit.settings.get("salt") is None:
            context.unit.settings.set("salt", secrets.randbits(31), context.now)
        if settings.VK_MODERATORS_CHAT is not None:
            context.unit.settings.set("moderators_chat", settings.VK_MODERATORS_CHAT, context.now)
        context.unit.outbox.recover(context.now)
        for target in sorted({network.target for network in context.desk.networks}):
            # A key or an address is changed in the settings, which are read at the start.
            context.unit.outbox.hurry(target, context.now, alarms.CLOSING)
        publication.replan_after_gap(context)
        tables.install(context.unit)


def _jobs(
    work: Work,
    watch: Watch,
    reconciler: Reconciler,
    sweep: Sweep,
    settings: Settings,
    networks: Iterable[NetworkTarget],
    tables: keeping.Tables,
) -> tuple[Job, ...]:
    clock = ClockWatch()
    when = partial(_when, work)

    def keep_alive() -> None:
        for network in networks:
            network.keep_alive()

    def heed_tables() -> None:
        """Somebody may have edited the regions or the rubrics from the command line."""
        with work.look() as context:
            tables.install(context.unit)

    return (
        Job("remind", 60.0, when(reminders.due, "remind", reminders.remind)),
        Job("overview", 10.0, when(overview.is_stale, "overview", overview.refresh)),
        Job("digest", 5.0, when(digest.to_make, "digest", digest.make_due)),
        Job("watch", 2.0, watch.tick, at_once=True),
        Job("clock", 1.0, lambda: _heed_clock(clock, reconciler, work)),
        Job("replan", 15.0, when(publication.has_missed, "replan", publication.replan_after_gap)),
        Job("expire", 15.0, when(publication.is_over, "expire", publication.expire_what_is_over)),
        Job("tables", 10.0, heed_tables),
        Job("sweep", min(SWEEP, settings.REREAD_SECONDS), sweep.posts),
        Job("reach", 600.0, sweep.reach, stop=sweep.stop),
        Job("prune", 24 * 3600.0, watch.prune),
        Job("keep_networks", 20 * 3600.0, keep_alive, at_once=True),
        Job("prune_media", 6 * 3600.0, lambda: prune(settings.DATA_DIR / MEDIA)),
    )


def _when(
    work: Work, due: Callable[[Context], object], label: str, act: Callable[[Context], object]
) -> Callable[[], None]:
    """A job that looks first, so that an idle program writes nothing."""

    def job() -> None:
        with work.look() as context:
            found = due(context)
        if found:
            with work.begin(label) as context:
                act(context)

    return job


def _heed_clock(clock: ClockWatch, reconciler: Reconciler, work: Work) -> None:
    jump = clock.jumped()
    if jump:
        log.warning("clock_jumped", seconds=round(jump, 1))
        reconciler.ask()
        work.wake_all()
