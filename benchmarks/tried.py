"""The faults and hostile inputs that the app is tested against: how each is caused, and the tests that check
that it is survived."""

from dataclasses import dataclass

TRAINING = "tests/core/service/test_engine_training.py::test_"
LEAVING = "tests/core/service/test_engine_leaving.py::test_"
DISK = "tests/core/service/test_engine_disk.py::test_"
ENGINE_FAULTS = "tests/core/service/test_engine_faults.py::test_"
REPLAYS = "tests/core/service/test_engine_replays.py::test_"
TOGETHER = "tests/core/service/test_engines_together.py::test_"
SLOTS = "tests/core/service/test_slots.py::test_"
STORAGE = "tests/core/service/test_storage.py::test_"
DAMAGED = "tests/core/runs/test_damaged_files.py::test_"
BROWSER_FAULTS = "tests/browser/test_faults.py::test_"
RESTARTED = (
    "tests/browser/test_restart.py::"
    "test_a_server_killed_or_told_to_end_in_mid_run_loses_nothing_that_was_finished"
)
LINUX = "tests/linux/test_"
HOSTILE = "tests/server/test_hostile.py::test_"
BOUNDS = "tests/server/test_bounds.py::test_"


@dataclass(frozen=True)
class Try:
    """what: what goes wrong, or is sent. how: the signal, command or message. tests: their node ids; one with
    several cases stands for all of them."""

    what: str
    how: str
    tests: tuple[str, ...]


FAULTS = (
    Try(
        "a worker is killed",
        "`kill -KILL` of the worker",
        (
            f"{ENGINE_FAULTS}a_killed_worker_is_reported_and_the_next_run_works",
            f"{ENGINE_FAULTS}a_killed_worker_leaves_its_neighbour_alone",
            f"{REPLAYS}a_replay_whose_worker_is_killed_fails_and_the_next_training_works",
            f"{BROWSER_FAULTS}a_worker_killed_in_mid_run_is_reported_and_the_next_run_works",
            f"{SLOTS}an_idle_worker_exits_and_the_death_of_its_replacement_is_noticed",
        ),
    ),
    Try(
        "an idle worker is killed",
        "`kill -KILL` of the worker",
        (f"{SLOTS}a_worker_killed_while_idle_does_not_fail_the_next_task",),
    ),
    Try(
        "a worker hangs",
        "`kill -STOP` of the worker, and the engine's clock put forward",
        (f"{ENGINE_FAULTS}a_hung_worker_is_ended_at_the_deadline",),
    ),
    Try(
        "a worker runs out of memory",
        "`prlimit --as` on the worker",
        (
            f"{LINUX}faults.py::test_a_worker_out_of_memory_fails_the_run_with_a_message_and_the_next_run_works",
        ),
    ),
    Try(
        "the disk fills up during a run",
        "`mount -t tmpfs -o size=...`",
        (f"{LINUX}faults.py::test_a_disk_that_fills_up_fails_only_the_current_run_with_a_message",),
    ),
    Try(
        "the disk is full",
        "a file that fills a tmpfs",
        (
            f"{LINUX}faults.py::test_a_full_disk_refuses_the_run_and_still_shows_finished_runs",
            f"{LINUX}faults.py::test_on_a_disk_with_a_few_blocks_left_a_run_is_refused_or_fails_once",
        ),
    ),
    Try(
        "the runs folder cannot be written",
        "a file in its place",
        (
            f"{ENGINE_FAULTS}a_run_that_cannot_be_stored_is_refused_and_not_queued",
            "tests/pages/test_train.py::test_a_file_in_place_of_the_runs_folder_is_told_of",
        ),
    ),
    Try(
        "a run's folder is deleted while it is trained",
        "`rm -r`",
        (f"{ENGINE_FAULTS}a_deleted_run_folder_is_survived",),
    ),
    Try(
        "a result is truncated",
        "the file truncated",
        (
            f"{ENGINE_FAULTS}a_damaged_finished_run_is_trained_again",
            f"{REPLAYS}a_run_found_damaged_while_its_replay_is_made_is_trained_again",
            f"{DAMAGED}a_truncated_or_missing_result_file_is_noticed",
        ),
    ),
    Try(
        "a bit of a result flips",
        "one bit, or 64 bytes, of the file inverted",
        (
            f"{DAMAGED}one_flipped_bit_in_a_result_file_is_noticed",
            f"{BROWSER_FAULTS}a_finished_run_that_is_damaged_later_says_so",
        ),
    ),
    Try(
        "a power cut after a run has finished",
        "each file emptied, and filled with zeros; the order of `fsync` and `rename`",
        (
            f"{DAMAGED}a_finished_run_with_any_file_emptied_or_zeroed_is_not_whole",
            f"{DAMAGED}a_run_counts_as_finished_only_when_its_files_are_on_the_disk",
            "tests/core/pictures/test_replay.py::test_a_replay_that_a_power_cut_has_emptied_is_made_again",
        ),
    ),
    Try(
        "an image file of the app is damaged or missing",
        "bytes inverted; `rm`",
        (
            f"{BROWSER_FAULTS}a_damaged_data_file_is_named",
            "tests/core/data/test_datasets.py::test_a_missing_file_is_named_with_its_folder",
        ),
    ),
    Try(
        "the server is killed during a run and restarted",
        "`kill -KILL` of the server",
        (
            RESTARTED,
            f"{ENGINE_FAULTS}a_half_written_run_is_trained_again_from_the_start",
        ),
    ),
    Try(
        "the server is terminated during a run",
        "`kill -TERM` of the server",
        (
            RESTARTED,
            f"{TRAINING}closing_kills_the_workers_and_fails_no_run",
        ),
    ),
    Try(
        "two servers on one runs folder: Stop, deadline",
        "two engines, each with its own workers",
        (
            f"{TOGETHER}two_servers_train_a_run_once_and_the_last_watcher_of_both_stops_it",
            f"{TOGETHER}one_servers_deadline_does_not_end_a_run_of_the_other",
            f"{TOGETHER}a_run_that_times_out_on_one_server_is_trained_by_the_other",
        ),
    ),
    Try(
        "one of two servers is killed",
        "`kill -KILL` of that server",
        (
            f"{TOGETHER}a_killed_servers_run_is_trained_by_the_server_where_a_session_waits",
            "tests/core/service/test_servers.py::test_a_killed_server_has_no_interests",
        ),
    ),
    Try(
        "two servers behind one address",
        "`nginx -c` with docs/nginx.conf",
        (f"{LINUX}nginx.py::test_a_class_behind_nginx_uses_both_servers_and_shares_one_training",),
    ),
    Try(
        "the time of day jumps",
        "an injected clock",
        (
            f"{STORAGE}setting_the_clock_back_does_not_change_the_order",
            f"{STORAGE}a_restarted_server_continues_from_the_newest_time_stamp",
        ),
    ),
    Try(
        "a laptop is closed and opened again",
        "`kill -STOP` and `kill -CONT` of the browser; an injected clock",
        (
            "tests/browser/test_laptop.py::"
            "test_who_closes_the_laptop_for_longer_than_the_grace_time_reads_that_nobody_was_waiting",
            f"{LEAVING}a_run_without_watchers_is_cancelled_after_the_grace_time",
            f"{LEAVING}the_apps_engine_has_a_grace_time_by_default",
        ),
    ),
    Try(
        "a visitor clears the app's caches",
        "the message `clear_cache`, while another visitor's run is trained",
        (f"{HOSTILE}a_visitor_cannot_stop_the_server_or_the_run_of_another",),
    ),
    Try(
        "the runs exceed their disk quota",
        "a quota of two and a half runs, four runs, two of them open",
        (
            f"{DISK}the_folder_stays_below_its_bound_and_keeps_open_runs",
            f"{DISK}a_run_is_refused_when_open_runs_take_all_the_space",
            f"{STORAGE}the_least_recently_used_run_is_removed_first",
            f"{STORAGE}a_run_opened_at_the_moment_of_its_removal_is_put_back",
        ),
    ),
    Try(
        "a finished run is deleted while it is open",
        "`rm -r`",
        (f"{BROWSER_FAULTS}a_finished_run_deleted_under_its_viewer_is_told_of_and_can_be_trained_again",),
    ),
    Try(
        "the queue is full",
        "as many clicks on Train as there is room for, and one more",
        (
            "tests/server/test_class.py::test_the_page_tells_the_place_the_wait_and_that_the_class_is_busy",
            "tests/pages/test_busy.py::test_every_page_that_trains_says_that_the_queue_is_full",
        ),
    ),
    Try(
        "the last watcher presses Stop while the worker starts, or measures",
        "the button; `kill -STOP` of the worker",
        (
            "tests/browser/test_train_page.py::"
            "test_stop_is_obeyed_while_the_clusters_are_measured_and_the_page_says_so",
            f"{LEAVING}a_run_can_be_cancelled_while_it_is_measured",
            f"{LEAVING}a_run_cancelled_while_its_worker_starts_is_never_trained",
        ),
    ),
    Try(
        "no network for the other data sets",
        "a mirror at an address where nothing listens",
        (f"{BROWSER_FAULTS}without_a_network_other_images_are_refused_and_mnist_still_works",),
    ),
    Try(
        "a worker of a Dask cluster is killed",
        "`kill -KILL` of one of two `dask worker`",
        (f"{LINUX}dask.py::test_a_run_whose_worker_is_killed_is_finished_by_the_other_worker",),
    ),
)

# Each case of these has its own row.
HOSTILE_INPUTS = (
    Try(
        "a widget's value",
        "a hand-made WebSocket message",
        (f"{HOSTILE}a_forged_value_trains_nothing_that_the_config_would_refuse",),
    ),
    Try(
        "a message of 3 MB",
        "a hand-made WebSocket message",
        (f"{HOSTILE}a_message_that_is_too_large_ends_that_connection_only",),
    ),
    Try("bytes that are not a message", "WebSocket", (f"{HOSTILE}bytes_that_are_no_message_end_nothing",)),
    Try(
        "a command to the server",
        "a hand-made WebSocket message",
        (f"{HOSTILE}a_visitor_cannot_stop_the_server_or_the_run_of_another",),
    ),
    Try(
        "markup in the URL",
        "`/train?<script>...`",
        (f"{HOSTILE}an_address_full_of_markup_is_shown_as_text",),
    ),
    Try(
        "another site's page opens a connection",
        "a WebSocket with a foreign `Origin`",
        (f"{HOSTILE}another_sites_page_cannot_open_a_connection",),
    ),
    Try(
        "a message that asks for 400,000 addresses, or is never finished",
        "bytes on a WebSocket",
        (
            f"{BOUNDS}a_message_that_asks_for_too_much_ends_that_connection_only",
            f"{BOUNDS}a_message_that_is_too_large_is_refused_when_it_is_announced",
            f"{BOUNDS}a_message_in_too_many_frames_is_refused_before_it_is_complete",
        ),
    ),
    Try(
        "an upload that no page requested",
        "`PUT`",
        (f"{BOUNDS}a_file_is_taken_only_where_a_page_asks_for_one",),
    ),
    Try("a hundred uploads", "`PUT`", (f"{BOUNDS}the_files_of_a_session_are_bounded_together",)),
    Try(
        "a request for the server's health",
        "`GET /health`",
        (f"{HOSTILE}health_tells_no_path_and_no_name",),
    ),
    Try(
        "a pickle instead of a frame",
        "a file in the run's folder",
        (f"{DAMAGED}a_pickle_in_place_of_a_snapshot_is_refused",),
    ),
    Try(
        "a path instead of a key",
        "`GET /runs/../...`",
        ("tests/browser/test_routes.py::test_no_file_is_served_by_its_path",),
    ),
    Try(
        "not a picture, or one that is too large",
        "a forged file",
        ("tests/core/drawings/test_picture_file.py::test_anything_but_a_picture_is_refused_with_a_message",),
    ),
    Try(
        "pictures whose pixels would take 400 MB",
        "forged files",
        ("tests/core/drawings/test_picture_file.py::test_refusing_costs_no_memory",),
    ),
)
