-- Whether a panel is to be asked about films by themselves.
alter table providers add column films_wanted boolean not null default true;

-- What panels tell of series is kept from now on: each is asked for once more.
update provider_series set details_of = null where details_of is not null;
