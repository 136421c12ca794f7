//! One contract for every database: each function of `contract` runs on SQLite and on a real MariaDB server.

#![cfg(test)]

#[path = "../chaos/balancer.rs"]
mod balancer;
mod bed;
#[path = "../bed/galera.rs"]
mod cluster;
mod contract;
mod galera;
mod mariadb;
mod nowhere;
mod openings;
#[path = "../../../tests/support/ports.rs"]
mod ports;
mod speed;
mod tls;
mod troubles;

/// Makes two tests of each name.
macro_rules! on_both {
    ($($module:ident: $($name:ident)*;)*) => {
        mod on_sqlite {
            $($(
                #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
                async fn $name() {
                    crate::contract::$module::$name(&crate::bed::Bed::sqlite()).await;
                }
            )*)*
        }
        mod on_mariadb {
            $($(
                #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
                async fn $name() {
                    crate::contract::$module::$name(&crate::bed::Bed::mariadb().await).await;
                }
            )*)*
        }
    };
}

on_both! {
    wants:
        a_want_is_written_whole_and_read_back
        a_want_that_was_read_too_early_changes_nothing_and_tells_what_is_there
        a_want_while_another_holds_the_lease_is_written_and_left_to_it
        a_lease_that_ran_out_is_taken_over
        of_two_wants_for_one_host_in_one_batch_the_first_is_written
        a_want_for_a_host_that_is_gone_hinders_no_other
        each_column_of_each_row_in_a_batch_is_written_and_no_other
        a_want_that_does_not_concern_the_dns_takes_no_lease
        writers_that_race_from_two_stores_lose_nothing
        hundreds_of_hosts_fit_into_one_want
        a_touch_extends_what_is_still_as_read_and_nothing_else;
    doubts:
        a_lease_that_ran_out_leaves_a_doubt_and_the_host_is_looked_after
        a_message_without_an_answer_leaves_a_doubt_and_one_with_an_answer_none
        the_next_looks_come_at_growing_intervals_and_the_last_ends_the_doubt
        a_host_that_leaves_stays_as_long_as_its_records_may_come_back
        what_is_in_doubt_does_not_count_as_waiting;
    leases:
        applied_frees_the_lease_and_tells_of_a_newer_generation
        applied_by_one_whose_lease_was_taken_notes_nothing
        applied_said_twice_is_done_twice
        what_is_told_together_is_settled_each_by_itself
        a_released_host_is_due_after_its_time
        claims_give_no_host_to_two
        what_is_applied_is_never_claimed;
    looks:
        a_look_finds_users_tokens_and_hosts_in_the_order_asked
        requests_with_many_names_at_once_each_get_their_own
        a_look_for_the_only_host_gives_two_at_most
        names_are_compared_to_the_letter
        text_never_becomes_part_of_a_statement;
    letters:
        a_letter_leaves_after_its_generation_is_applied_and_once
        a_letter_is_given_to_one_of_two_posts
        a_letter_outlives_its_host
        a_key_that_was_ever_there_is_not_taken_again;
    rows:
        users_are_made_changed_and_deleted
        a_user_has_no_more_hosts_than_the_limit_even_when_made_at_once
        a_host_that_leaves_is_gone_when_its_records_are
        a_host_is_deleted_at_once_when_the_dns_is_to_stay_as_it_is
        tokens_are_made_listed_and_revoked
        expired_hosts_come_by_time_each_with_its_user
        history_is_newest_first_and_is_cut;
    zones:
        a_zone_begins_with_serial_one_and_grows_with_each_change
        hundreds_of_sets_fit_into_one_put
        two_writers_never_share_a_serial;
    copies:
        a_backup_holds_everything_and_is_for_its_owner_only
        a_backup_is_of_one_moment_while_others_write;
    returns:
        a_copy_comes_back_into_either_kind_with_all_that_operators_made
        what_was_ever_set_is_pushed_again_and_nothing_else
        an_address_holds_for_its_whole_time_again
        letters_that_waited_are_not_sent_again
        numbers_that_were_given_never_come_back
        serials_go_forward_however_often_a_copy_comes_back
        a_database_in_use_takes_nothing_back
        what_fails_half_way_leaves_nothing;
}
