"""What is tried against the app: faults and hostile inputs, each with the real thing that brings it about and
the tests that see it survived."""

from dataclasses import dataclass

ENGINE = "tests/core/service/test_engine.py::test_"
TOGETHER = "tests/core/service/test_engines_together.py::test_"
SLOTS = "tests/core/service/test_slots.py::test_"
STORAGE = "tests/core/service/test_storage.py::test_"
RUNS = "tests/core/runs/test_run.py::test_"
FAULTS_SEEN = "tests/browser/test_faults.py::test_"
RESTARTED = (
    "tests/browser/test_restart.py::"
    "test_a_server_killed_or_told_to_end_in_mid_run_loses_nothing_that_was_finished"
)
LINUX = "tests/linux/test_"
HOSTILE = "tests/server/test_hostile.py::test_"


@dataclass(frozen=True)
class Try:
    """what: what goes wrong, or is sent. how: the signal, command or message. tests: who sees it survived; one
    with several cases stands for them all."""

    what: str
    how: str
    tests: tuple[str, ...]


FAULTS = (
    Try(
        "a worker is killed",
        "`kill -KILL` of the worker",
        (
            f"{ENGINE}a_killed_worker_is_reported_and_the_next_run_works",
            f"{ENGINE}a_killed_worker_leaves_its_neighbour_alone",
            f"{ENGINE}a_replay_whose_worker_is_killed_has_failed_and_the_next_training_works",
            f"{FAULTS_SEEN}a_worker_killed_in_mid_run_is_reported_and_the_next_run_works",
            f"{SLOTS}an_idle_worker_leaves_and_another_comes_when_needed_whose_death_is_noticed",
        ),
    ),
    Try(
        "a worker is killed while it has nothing to do",
        "`kill -KILL` of the worker",
        (f"{SLOTS}a_process_that_was_killed_with_nothing_to_do_costs_the_next_task_nothing",),
    ),
    Try(
        "a worker hangs",
        "`kill -STOP` of the worker, and the engine's clock put on",
        (f"{ENGINE}a_hung_worker_is_ended_at_the_deadline",),
    ),
    Try(
        "a worker gets no more memory",
        "`prlimit --as` on the worker",
        (
            f"{LINUX}faults.py::test_a_worker_that_gets_no_more_memory_fails_the_run_in_words_and_the_next_one_works",
        ),
    ),
    Try(
        "the disk fills up in mid-run",
        "`mount -t tmpfs -o size=...`",
        (f"{LINUX}faults.py::test_a_disk_that_fills_up_in_mid_run_fails_that_run_in_words_and_no_other",),
    ),
    Try(
        "the disk is full",
        "a file that fills a tmpfs",
        (f"{LINUX}faults.py::test_a_disk_without_any_room_refuses_the_run_and_shows_what_is_there",),
    ),
    Try(
        "the runs folder cannot be written",
        "a file in its place",
        (
            f"{ENGINE}a_run_that_cannot_be_stored_is_refused_and_not_queued",
            "tests/pages/test_train.py::test_a_file_in_place_of_the_runs_folder_is_told_of",
        ),
    ),
    Try(
        "a run's folder is deleted while it is trained",
        "`rm -r`",
        (f"{ENGINE}a_deleted_run_folder_is_survived",),
    ),
    Try(
        "a result is cut short",
        "the file truncated",
        (
            f"{ENGINE}a_damaged_finished_run_is_trained_again",
            f"{ENGINE}a_run_found_damaged_while_its_replay_is_made_is_trained_anew",
            f"{RUNS}a_truncated_or_missing_result_file_is_noticed",
        ),
    ),
    Try(
        "a bit of a result flips",
        "one bit, or 64 bytes, of the file inverted",
        (
            f"{RUNS}one_flipped_bit_in_a_result_file_is_noticed",
            f"{FAULTS_SEEN}a_finished_run_that_is_damaged_later_says_so",
        ),
    ),
    Try(
        "an image file of the app is damaged or missing",
        "bytes inverted; `rm`",
        (
            f"{FAULTS_SEEN}a_damaged_data_file_is_named",
            "tests/core/data/test_datasets.py::test_a_missing_file_is_named_with_its_folder",
        ),
    ),
    Try(
        "the server is killed in mid-run and started again",
        "`kill -KILL` of the server",
        (
            RESTARTED,
            f"{ENGINE}a_half_written_run_is_trained_again_from_the_start",
        ),
    ),
    Try(
        "the server is told to end in mid-run",
        "`kill -TERM` of the server",
        (
            RESTARTED,
            f"{ENGINE}closing_ends_the_workers_and_calls_no_run_failed",
        ),
    ),
    Try(
        "two servers on one runs folder: Stop, deadline",
        "two engines with workers of their own",
        (
            f"{TOGETHER}a_run_is_trained_once_and_stop_is_for_the_last_of_both_servers",
            f"{TOGETHER}the_deadline_of_one_server_ends_no_run_of_the_other",
            f"{TOGETHER}a_run_that_one_server_ends_at_its_deadline_is_trained_by_the_other",
        ),
    ),
    Try(
        "one of two servers is killed",
        "`kill -KILL` of that server",
        (
            f"{TOGETHER}a_server_that_is_killed_leaves_its_run_to_the_one_where_somebody_waits",
            "tests/core/service/test_servers.py::test_a_server_that_is_killed_waits_for_nothing",
        ),
    ),
    Try(
        "two servers behind one address",
        "`nginx -c` with docs/nginx.conf",
        (f"{LINUX}nginx.py::test_a_class_behind_nginx_is_spread_over_both_servers_and_shares_one_training",),
    ),
    Try(
        "the time of day jumps",
        "an injected clock",
        (
            f"{STORAGE}a_clock_that_is_set_back_changes_no_order",
            f"{STORAGE}a_restarted_server_goes_on_from_the_newest_stamp_it_finds",
        ),
    ),
    Try(
        "a laptop is closed, and opened again",
        "`kill -STOP` and `kill -CONT` of the browser; an injected clock",
        (
            "tests/browser/test_laptop.py::"
            "test_who_closes_the_laptop_for_longer_than_the_grace_time_reads_that_nobody_was_waiting",
            f"{ENGINE}a_run_that_nobody_watches_any_more_is_cancelled_after_the_grace_time",
            f"{ENGINE}the_engine_of_the_app_has_a_grace_time_without_anything_being_set",
        ),
    ),
    Try(
        "a visitor clears the app's caches",
        "the message `clear_cache`, while another one's run is trained",
        (f"{HOSTILE}a_visitor_cannot_stop_the_server_or_the_run_of_another",),
    ),
    Try(
        "the runs take more than their bound",
        "a bound of two runs and a half, four runs, two of them looked at",
        (
            f"{ENGINE}the_folder_keeps_its_bound_and_what_is_looked_at",
            f"{ENGINE}where_all_room_is_taken_by_what_is_looked_at_a_run_is_refused",
            f"{STORAGE}the_one_that_was_not_looked_at_for_longest_goes_first",
            f"{STORAGE}who_opens_a_run_at_the_very_moment_of_its_removal_gets_it_back",
        ),
    ),
    Try(
        "a finished run is deleted under its viewer",
        "`rm -r`",
        (f"{FAULTS_SEEN}a_finished_run_deleted_under_its_viewer_is_told_of_and_can_be_trained_again",),
    ),
    Try(
        "the queue is full",
        "as many presses of Train as there is room for, and one more",
        (
            "tests/server/test_class.py::test_the_page_tells_the_place_the_wait_and_that_the_class_is_busy",
            "tests/pages/test_busy.py::test_a_full_queue_is_told_of_and_the_page_goes_on",
        ),
    ),
    Try(
        "the last one presses Stop while the worker starts, or measures",
        "the button; `kill -STOP` of the worker meanwhile",
        (
            "tests/browser/test_train_page.py::"
            "test_stop_is_obeyed_while_the_clusters_are_measured_and_the_page_says_so",
            f"{ENGINE}a_run_that_is_being_measured_can_be_cancelled_and_is_not_called_finished",
            f"{ENGINE}a_run_that_is_left_while_its_worker_starts_is_never_trained",
        ),
    ),
    Try(
        "no network for the other data sets",
        "a mirror at an address where nobody listens",
        (f"{FAULTS_SEEN}without_a_network_other_images_are_refused_and_mnist_still_works",),
    ),
    Try(
        "a worker of a Dask cluster is killed",
        "`kill -KILL` of one of two `dask worker`",
        (f"{LINUX}dask.py::test_a_run_whose_worker_is_killed_is_finished_by_the_other_one",),
    ),
)

# Each case of these has a line of its own.
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
    Try("bytes that are no message", "WebSocket", (f"{HOSTILE}bytes_that_are_no_message_end_nothing",)),
    Try(
        "an order to the server",
        "a hand-made WebSocket message",
        (f"{HOSTILE}a_visitor_cannot_stop_the_server_or_the_run_of_another",),
    ),
    Try(
        "markup in the address",
        "`/train?<script>...`",
        (f"{HOSTILE}an_address_full_of_markup_is_shown_as_text",),
    ),
    Try(
        "another site's page opens a connection",
        "a WebSocket with a foreign `Origin`",
        (f"{HOSTILE}another_sites_page_cannot_open_a_connection",),
    ),
    Try("an upload without a page that asked for it", "`PUT`", (f"{HOSTILE}nothing_can_be_uploaded",)),
    Try(
        "who asks how the server is",
        "`GET /health`",
        (f"{HOSTILE}health_tells_no_path_and_no_name",),
    ),
    Try(
        "a pickle where a picture's frame belongs",
        "a file in the run's folder",
        (f"{RUNS}a_pickle_in_place_of_a_snapshot_is_refused",),
    ),
    Try(
        "a path where a key belongs",
        "`GET /runs/../...`",
        ("tests/browser/test_routes.py::test_no_file_is_served_by_its_path",),
    ),
    Try(
        "what is no picture, or too large a one",
        "a made file",
        ("tests/core/drawings/test_picture_file.py::test_what_is_no_picture_gets_a_sentence",),
    ),
    Try(
        "pictures whose pixels would be 400 MB",
        "made files",
        ("tests/core/drawings/test_picture_file.py::test_refusing_costs_no_memory",),
    ),
)
