//! The tables, written by hand beside the migrations; a test loads every one of them on both databases.

diesel::table! {
    schemes (code, version) {
        code -> Text,
        version -> Integer,
        digest -> Text,
        scheme_text -> Text,
        address_text -> Text,
        loaded_at -> Timestamp,
    }
}

diesel::table! {
    counters (name) {
        name -> Text,
        value -> BigInt,
    }
}

diesel::table! {
    parties (id) {
        id -> Text,
        kind -> Text,
        name -> Text,
        address -> Text,
        email -> Nullable<Text>,
        phone -> Nullable<Text>,
        company_number -> Nullable<Text>,
        search -> Text,
        revision -> BigInt,
        created_at -> Timestamp,
    }
}

diesel::table! {
    consents (id) {
        id -> Text,
        party_id -> Text,
        email -> Text,
        scope -> Text,
        given_at -> Timestamp,
        how -> Text,
        withdrawn_at -> Nullable<Timestamp>,
        revision -> BigInt,
    }
}

diesel::table! {
    properties (id) {
        id -> Text,
        uprn -> Nullable<Text>,
        address -> Text,
        street -> Text,
        postcode -> Text,
        area_code -> Nullable<Text>,
        dwelling -> Text,
        households -> Nullable<Integer>,
        occupiers -> Nullable<Integer>,
        occupied_as_at -> Nullable<Date>,
        gas_supplied -> Nullable<Bool>,
        exemption_ground -> Nullable<Text>,
        exemption_evidence -> Nullable<Text>,
        exempt_from -> Nullable<Date>,
        exempt_until -> Nullable<Date>,
        search -> Text,
        revision -> BigInt,
        created_at -> Timestamp,
    }
}

diesel::table! {
    interests (id) {
        id -> Text,
        property_id -> Text,
        party_id -> Text,
        capacity -> Text,
        since -> Date,
        until -> Nullable<Date>,
    }
}

diesel::table! {
    accounts (id) {
        id -> Text,
        name -> Text,
        email -> Text,
        role -> Text,
        state -> Text,
        party_id -> Nullable<Text>,
        revision -> BigInt,
        created_at -> Timestamp,
        keeps_references -> Bool,
    }
}

diesel::table! {
    tokens (id) {
        id -> Text,
        account_id -> Text,
        label -> Text,
        hash -> Text,
        created_at -> Timestamp,
        expires_at -> Timestamp,
        revoked_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    applications (id) {
        id -> Text,
        reference -> Text,
        property_id -> Text,
        area_code -> Nullable<Text>,
        applicant_id -> Text,
        holder_id -> Text,
        manager_id -> Nullable<Text>,
        agent_id -> Nullable<Text>,
        stage -> Text,
        officer_id -> Nullable<Text>,
        submitted_on -> Nullable<Date>,
        duly_made_on -> Nullable<Date>,
        answer_by -> Nullable<Date>,
        answer_basis -> Nullable<Text>,
        defects -> Text,
        findings -> Text,
        consultation_ends_on -> Nullable<Date>,
        consultation_basis -> Nullable<Text>,
        ended_on -> Nullable<Date>,
        reason -> Nullable<Text>,
        import_key -> Nullable<Text>,
        search -> Text,
        revision -> BigInt,
        created_at -> Timestamp,
        effective_until -> Nullable<Date>,
        enquiry_id -> Nullable<Text>,
    }
}

diesel::table! {
    application_forms (application_id) {
        application_id -> Text,
        property_id -> Text,
        owner_id -> Text,
        answers -> Text,
        people -> Text,
        exemptions -> Nullable<Text>,
        sent -> Nullable<Text>,
        sha256 -> Nullable<Text>,
        sent_at -> Nullable<Timestamp>,
        revision -> BigInt,
        saved_at -> Timestamp,
        papers -> Text,
    }
}

diesel::table! {
    licences (id) {
        id -> Text,
        number -> Text,
        application_id -> Nullable<Text>,
        property_id -> Text,
        holder_id -> Text,
        manager_id -> Nullable<Text>,
        agent_id -> Nullable<Text>,
        area_code -> Nullable<Text>,
        scheme_code -> Text,
        scheme_version -> Integer,
        granted_on -> Date,
        starts_on -> Date,
        ends_on -> Date,
        end_basis -> Text,
        start_authority -> Nullable<Text>,
        state -> Text,
        ended_on -> Nullable<Date>,
        reason -> Nullable<Text>,
        search -> Text,
        revision -> BigInt,
        created_at -> Timestamp,
        version -> Integer,
    }
}

diesel::table! {
    licence_homes (licence_id, property_id) {
        licence_id -> Text,
        property_id -> Text,
    }
}

diesel::table! {
    demands (id) {
        id -> Text,
        reference -> Text,
        licence_id -> Text,
        property_id -> Text,
        area_code -> Nullable<Text>,
        officer_id -> Nullable<Text>,
        state -> Text,
        legal_basis -> Text,
        drafted_at -> Timestamp,
        issued_at -> Nullable<Timestamp>,
        served_on -> Nullable<Date>,
        due_on -> Nullable<Date>,
        closed_on -> Nullable<Date>,
        reason -> Nullable<Text>,
        search -> Text,
        revision -> BigInt,
    }
}

diesel::table! {
    items (id) {
        id -> Text,
        demand_id -> Text,
        licence_id -> Text,
        property_id -> Text,
        condition -> Text,
        title -> Text,
        response_days -> Integer,
        state -> Text,
        due_on -> Nullable<Date>,
        due_basis -> Nullable<Text>,
        actionable_from -> Nullable<Date>,
        waiting_until -> Nullable<Date>,
        answered_on -> Nullable<Date>,
        closed_on -> Nullable<Date>,
        next_call_on -> Nullable<Date>,
        called_through -> Nullable<Date>,
        breach_proposed -> Bool,
    }
}

diesel::table! {
    recipients (id) {
        id -> Text,
        demand_id -> Text,
        party_id -> Text,
        capacity -> Text,
        state -> Text,
        letter_id -> Nullable<Text>,
        method -> Nullable<Text>,
        address -> Nullable<Text>,
        dispatched_at -> Nullable<Timestamp>,
        deemed_on -> Nullable<Date>,
        deemed_basis -> Nullable<Text>,
        evidence -> Nullable<Text>,
        return_reason -> Nullable<Text>,
    }
}

diesel::table! {
    certificates (id) {
        id -> Text,
        property_id -> Text,
        licence_id -> Nullable<Text>,
        kind -> Text,
        particulars -> Text,
        valid_until -> Nullable<Date>,
        valid_basis -> Nullable<Text>,
        received_at -> Timestamp,
        state -> Text,
        assessed_at -> Nullable<Timestamp>,
        assessed_by -> Nullable<Text>,
        assessment -> Nullable<Text>,
        revision -> BigInt,
    }
}

diesel::table! {
    responses (id) {
        id -> Text,
        demand_id -> Text,
        item_id -> Text,
        kind -> Text,
        certificate_id -> Nullable<Text>,
        text -> Nullable<Text>,
        from_party -> Nullable<Text>,
        received_at -> Timestamp,
        received_on -> Date,
        state -> Text,
        assessed_at -> Nullable<Timestamp>,
        assessed_by -> Nullable<Text>,
        assessment -> Nullable<Text>,
    }
}

diesel::table! {
    obligations (id) {
        id -> Text,
        licence_id -> Text,
        property_id -> Text,
        area_code -> Nullable<Text>,
        kind -> Text,
        condition -> Nullable<Text>,
        due_on -> Date,
        due_basis -> Text,
        state -> Text,
        source_id -> Nullable<Text>,
        met_by -> Nullable<Text>,
        closed_on -> Nullable<Date>,
        next_call_on -> Nullable<Date>,
        called_through -> Date,
        breach_proposed -> Bool,
        revision -> BigInt,
    }
}

diesel::table! {
    checks (id) {
        id -> Text,
        night -> Date,
        started_by -> Text,
        outcome -> Text,
        software -> Text,
        started_at -> Timestamp,
        finished_at -> Nullable<Timestamp>,
        nights_missed -> Integer,
        looked_at -> BigInt,
        reminders -> BigInt,
        superseded -> BigInt,
        breaches -> BigInt,
        failures -> BigInt,
        note -> Nullable<Text>,
        wall_clock -> Timestamp,
        boot -> Text,
        uptime_millis -> BigInt,
        leased_until -> Nullable<Timestamp>,
    }
}

diesel::table! {
    check_failures (check_id, subject_id) {
        check_id -> Text,
        subject_kind -> Text,
        subject_id -> Text,
        reason -> Text,
    }
}

diesel::table! {
    breaches (id) {
        id -> Text,
        reference -> Text,
        licence_id -> Text,
        property_id -> Text,
        area_code -> Nullable<Text>,
        condition -> Nullable<Text>,
        item_id -> Nullable<Text>,
        obligation_id -> Nullable<Text>,
        due_on -> Date,
        state -> Text,
        proposed_on -> Date,
        check_id -> Text,
        decided_at -> Nullable<Timestamp>,
        decided_by -> Nullable<Text>,
        reason -> Nullable<Text>,
        evidence -> Nullable<Text>,
        limitation_on -> Date,
        limitation_basis -> Text,
        revision -> BigInt,
    }
}

diesel::table! {
    letters (id) {
        id -> Text,
        kind -> Text,
        recipient_id -> Text,
        recipient_name -> Text,
        address -> Text,
        channel -> Text,
        dated_on -> Date,
        part -> Integer,
        property_id -> Nullable<Text>,
        demand_id -> Nullable<Text>,
        copy_id -> Nullable<Text>,
        facts -> Text,
        subject -> Nullable<Text>,
        text -> Nullable<Text>,
        html -> Nullable<Text>,
        template -> Nullable<Text>,
        state -> Text,
        attempt -> Integer,
        next_attempt_at -> Nullable<Timestamp>,
        leased_until -> Nullable<Timestamp>,
        first_attempt_at -> Nullable<Timestamp>,
        settled_at -> Nullable<Timestamp>,
        reply -> Nullable<Text>,
        revision -> BigInt,
        created_at -> Timestamp,
        enclosure -> Nullable<Text>,
    }
}

diesel::table! {
    enclosures (sha256) {
        sha256 -> Text,
        name -> Text,
        bytes -> BigInt,
        words -> Text,
    }
}

diesel::table! {
    letter_batches (id) {
        id -> Text,
        state -> Text,
        officer_id -> Nullable<Text>,
        made_at -> Timestamp,
        sha256 -> Text,
        bytes -> BigInt,
        pages -> Integer,
        posted_on -> Nullable<Date>,
        method -> Nullable<Text>,
        evidence -> Nullable<Text>,
        reason -> Nullable<Text>,
        settled_at -> Nullable<Timestamp>,
        revision -> BigInt,
    }
}

diesel::table! {
    batch_letters (batch_id, letter_id) {
        batch_id -> Text,
        letter_id -> Text,
        place -> Integer,
        first_page -> Integer,
        last_page -> Integer,
        is_open -> Bool,
        left_out -> Nullable<Text>,
    }
}

diesel::table! {
    attempts (letter_id, number) {
        letter_id -> Text,
        number -> Integer,
        started_at -> Timestamp,
        ended_at -> Nullable<Timestamp>,
        outcome -> Nullable<Text>,
        reply -> Nullable<Text>,
    }
}

diesel::table! {
    reminders (id) {
        id -> Text,
        subject_kind -> Text,
        subject_id -> Text,
        property_id -> Text,
        recipient_id -> Text,
        rung -> Integer,
        due_on -> Date,
        code -> Text,
        state -> Text,
        letter_id -> Nullable<Text>,
        title -> Text,
        reference -> Text,
        called_on -> Date,
        check_id -> Text,
    }
}

diesel::table! {
    chains (name) {
        name -> Text,
        seq -> BigInt,
        hash -> Text,
        anchored -> Bool,
    }
}

diesel::table! {
    events (chain, seq) {
        chain -> Text,
        seq -> BigInt,
        hash -> Text,
        at -> Timestamp,
        kind -> Text,
        subject -> Text,
        body -> Text,
    }
}

diesel::table! {
    anchors (number) {
        number -> BigInt,
        night -> Date,
        made_at -> Timestamp,
        before -> Text,
        root -> Text,
        count -> BigInt,
        hash -> Text,
        leaves -> Text,
    }
}

diesel::table! {
    anchor_mails (address, through) {
        address -> Text,
        through -> BigInt,
        first -> BigInt,
        attempt -> Integer,
        next_attempt_at -> Nullable<Timestamp>,
        settled_at -> Nullable<Timestamp>,
        reply -> Nullable<Text>,
    }
}

diesel::table! {
    tasks (id) {
        id -> Text,
        kind -> Text,
        key -> Text,
        property_id -> Nullable<Text>,
        letter_id -> Nullable<Text>,
        title -> Text,
        detail -> Text,
        opened_at -> Timestamp,
        closed_at -> Nullable<Timestamp>,
        closed_by -> Nullable<Text>,
        note -> Nullable<Text>,
        revision -> BigInt,
    }
}

diesel::table! {
    answered_requests (account_id, key) {
        account_id -> Text,
        key -> Text,
        digest -> Text,
        status -> Integer,
        location -> Nullable<Text>,
        etag -> Nullable<Text>,
        body -> Text,
        answered_at -> Timestamp,
    }
}

diesel::table! {
    documents (id) {
        id -> Text,
        licence_id -> Nullable<Text>,
        property_id -> Text,
        sha256 -> Text,
        media_type -> Text,
        bytes -> BigInt,
        name -> Text,
        sender_account -> Nullable<Text>,
        sender_party -> Nullable<Text>,
        received_at -> Timestamp,
        state -> Text,
        scanned_at -> Nullable<Timestamp>,
        finding -> Nullable<Text>,
        revision -> BigInt,
        application_id -> Nullable<Text>,
    }
}

diesel::table! {
    response_documents (response_id, document_id) {
        response_id -> Text,
        document_id -> Text,
    }
}

diesel::table! {
    certificate_documents (certificate_id, document_id) {
        certificate_id -> Text,
        document_id -> Text,
    }
}

diesel::table! {
    proceedings (id) {
        id -> Text,
        reference -> Text,
        licence_id -> Text,
        property_id -> Text,
        kind -> Text,
        state -> Text,
        ground -> Text,
        asked_by -> Nullable<Text>,
        changes -> Nullable<Text>,
        opened_on -> Date,
        consultation_ends_on -> Nullable<Date>,
        consultation_basis -> Nullable<Text>,
        is_agreed -> Bool,
        without_notice -> Nullable<Text>,
        decided_on -> Nullable<Date>,
        decided_by -> Nullable<Text>,
        operative_on -> Nullable<Date>,
        operative_basis -> Nullable<Text>,
        reason -> Text,
        revision -> BigInt,
        created_at -> Timestamp,
        proposed -> Nullable<Text>,
    }
}

diesel::table! {
    licence_versions (licence_id, version) {
        licence_id -> Text,
        version -> Integer,
        effective_from -> Date,
        manager_id -> Nullable<Text>,
        agent_id -> Nullable<Text>,
        ends_on -> Date,
        end_basis -> Text,
        terms -> Nullable<Text>,
        proceeding_id -> Nullable<Text>,
        named -> Nullable<Text>,
    }
}

diesel::table! {
    appeals (id) {
        id -> Text,
        notice_id -> Nullable<Text>,
        application_id -> Nullable<Text>,
        property_id -> Text,
        reference -> Text,
        appellant_id -> Nullable<Text>,
        lodged_on -> Date,
        is_in_time -> Bool,
        outcome -> Nullable<Text>,
        decided_on -> Nullable<Date>,
        ordered -> Nullable<Text>,
        revision -> BigInt,
        proceeding_id -> Nullable<Text>,
        exemption_id -> Nullable<Text>,
    }
}

diesel::table! {
    notices (id) {
        id -> Text,
        reference -> Text,
        kind -> Text,
        property_id -> Text,
        application_id -> Nullable<Text>,
        licence_id -> Nullable<Text>,
        state -> Text,
        is_modified -> Bool,
        reasons -> Text,
        terms -> Nullable<Text>,
        stated -> Nullable<Text>,
        author_id -> Nullable<Text>,
        dated_on -> Date,
        serve_by -> Nullable<Text>,
        issued_at -> Nullable<Timestamp>,
        served_on -> Nullable<Date>,
        period -> Nullable<Text>,
        ends_on -> Nullable<Date>,
        reason -> Nullable<Text>,
        revision -> BigInt,
        drafted_at -> Timestamp,
        proceeding_id -> Nullable<Text>,
    }
}

diesel::table! {
    notice_copies (id) {
        id -> Text,
        notice_id -> Text,
        party_id -> Text,
        capacity -> Text,
        state -> Text,
        letter_id -> Nullable<Text>,
        method -> Nullable<Text>,
        address -> Nullable<Text>,
        dispatched_at -> Nullable<Timestamp>,
        deemed_on -> Nullable<Date>,
        deemed_basis -> Nullable<Text>,
        evidence -> Nullable<Text>,
        return_reason -> Nullable<Text>,
    }
}

diesel::table! {
    representations (id) {
        id -> Text,
        notice_id -> Text,
        property_id -> Text,
        party_id -> Nullable<Text>,
        received_on -> Date,
        text -> Text,
        consideration -> Nullable<Text>,
        considered_at -> Nullable<Timestamp>,
        considered_by -> Nullable<Text>,
        revision -> BigInt,
    }
}

diesel::joinable!(items -> demands (demand_id));
diesel::joinable!(items -> properties (property_id));
diesel::joinable!(application_forms -> applications (application_id));
diesel::joinable!(applications -> properties (property_id));
diesel::joinable!(obligations -> licences (licence_id));
diesel::joinable!(obligations -> properties (property_id));
diesel::joinable!(licence_homes -> licences (licence_id));
diesel::joinable!(appeals -> notices (notice_id));
diesel::joinable!(response_documents -> documents (document_id));
diesel::joinable!(certificate_documents -> documents (document_id));

diesel::table! {
    links (id) {
        id -> Text,
        email -> Text,
        nonce_hash -> Text,
        hash -> Nullable<Text>,
        asked_at -> Timestamp,
        expires_at -> Timestamp,
        state -> Text,
        next_attempt_at -> Nullable<Timestamp>,
        attempt -> Integer,
        text -> Nullable<Text>,
        template -> Nullable<Text>,
        reply -> Nullable<Text>,
        used_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    sessions (hash) {
        hash -> Text,
        account_id -> Text,
        began_at -> Timestamp,
        seen_at -> Timestamp,
        expires_at -> Timestamp,
        ended_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    tallies (name) {
        name -> Text,
        since -> Timestamp,
        count -> BigInt,
    }
}

diesel::table! {
    fee_entries (id) {
        id -> Text,
        application_id -> Text,
        property_id -> Text,
        number -> Integer,
        kind -> Text,
        part -> Text,
        pence -> Integer,
        happened_on -> Date,
        reference -> Nullable<Text>,
        method -> Nullable<Text>,
        discount -> Nullable<Text>,
        claimed_by -> Nullable<Text>,
        about_id -> Nullable<Text>,
        reason -> Nullable<Text>,
        recorded_by -> Nullable<Text>,
        recorded_at -> Timestamp,
    }
}

diesel::table! {
    fitness_checks (id) {
        id -> Text,
        reference -> Text,
        party_id -> Text,
        declared -> Nullable<Text>,
        application_id -> Nullable<Text>,
        document_id -> Nullable<Text>,
        sources -> Text,
        findings -> Text,
        conclusion -> Text,
        conclusions -> Text,
        opened_by -> Nullable<Text>,
        opened_at -> Timestamp,
        revision -> BigInt,
    }
}

diesel::table! {
    exemptions (id) {
        id -> Text,
        reference -> Text,
        kind -> Text,
        property_id -> Text,
        state -> Text,
        number -> Integer,
        previous_id -> Nullable<Text>,
        licence_id -> Nullable<Text>,
        party_id -> Nullable<Text>,
        notified_on -> Nullable<Date>,
        steps -> Nullable<Text>,
        ground -> Nullable<Text>,
        evidence -> Nullable<Text>,
        circumstances -> Nullable<Text>,
        served_on -> Nullable<Date>,
        from_on -> Nullable<Date>,
        until_on -> Nullable<Date>,
        until_basis -> Nullable<Text>,
        decided_on -> Nullable<Date>,
        reasons -> Nullable<Text>,
        appeal_by -> Nullable<Text>,
        ended_on -> Nullable<Date>,
        ending -> Nullable<Text>,
        officer_id -> Nullable<Text>,
        revision -> BigInt,
        created_at -> Timestamp,
        letters -> Text,
        effective_until -> Nullable<Date>,
    }
}

diesel::table! {
    occupancies (id) {
        id -> Text,
        property_id -> Text,
        counted_on -> Date,
        basis -> Text,
        households -> Integer,
        occupiers -> Integer,
        flats_in_block -> Nullable<Integer>,
        source -> Text,
        note -> Nullable<Text>,
        officer_id -> Nullable<Text>,
        recorded_at -> Timestamp,
    }
}

diesel::table! {
    enquiries (id) {
        id -> Text,
        reference -> Text,
        property_id -> Text,
        state -> Text,
        source -> Text,
        intelligence -> Text,
        received_on -> Date,
        officer_id -> Nullable<Text>,
        requirement -> Nullable<Text>,
        owner_id -> Nullable<Text>,
        owner_source -> Nullable<Text>,
        exemption_id -> Nullable<Text>,
        entries -> Text,
        reason -> Nullable<Text>,
        ended_on -> Nullable<Date>,
        revision -> BigInt,
        opened_at -> Timestamp,
    }
}

diesel::table! {
    enforcement_cases (id) {
        id -> Text,
        reference -> Text,
        property_id -> Text,
        area_code -> Nullable<Text>,
        source -> Text,
        source_note -> Nullable<Text>,
        suspect_id -> Text,
        capacity -> Text,
        state -> Text,
        path -> Nullable<Text>,
        comply_by -> Nullable<Date>,
        policy -> Text,
        explanations -> Text,
        excuse -> Nullable<Text>,
        sufficient_on -> Nullable<Date>,
        sufficient_by -> Nullable<Text>,
        limitation_on -> Date,
        limitation_basis -> Text,
        extension -> Nullable<Text>,
        alert_on -> Nullable<Date>,
        alerted -> Nullable<Integer>,
        intent -> Nullable<Text>,
        representations -> Text,
        final_notice -> Nullable<Text>,
        pence -> Nullable<Integer>,
        pay_by -> Nullable<Date>,
        appeal -> Nullable<Text>,
        prosecution -> Nullable<Text>,
        reason -> Nullable<Text>,
        opened_by -> Nullable<Text>,
        opened_at -> Timestamp,
        revision -> BigInt,
    }
}

diesel::table! {
    offences (id) {
        id -> Text,
        case_id -> Text,
        property_id -> Text,
        kind -> Text,
        licence_id -> Nullable<Text>,
        condition -> Nullable<Text>,
        breach_id -> Nullable<Text>,
        act -> Text,
        happened_on -> Date,
        limitation_on -> Date,
        limitation_basis -> Text,
        conduct -> Text,
    }
}

diesel::table! {
    penalty_entries (id) {
        id -> Text,
        case_id -> Text,
        property_id -> Text,
        number -> Integer,
        kind -> Text,
        pence -> Integer,
        happened_on -> Date,
        reference -> Nullable<Text>,
        method -> Nullable<Text>,
        about_id -> Nullable<Text>,
        reason -> Nullable<Text>,
        recorded_by -> Nullable<Text>,
        recorded_at -> Timestamp,
    }
}

diesel::table! {
    material_marks (id) {
        id -> Text,
        case_id -> Text,
        property_id -> Text,
        kind -> Text,
        material_id -> Text,
        number -> Integer,
        mark -> Text,
        reason -> Nullable<Text>,
        marked_by -> Nullable<Text>,
        marked_at -> Timestamp,
    }
}

diesel::table! {
    inspections (id) {
        id -> Text,
        reference -> Text,
        property_id -> Text,
        area_code -> Nullable<Text>,
        licence_id -> Nullable<Text>,
        state -> Text,
        officer_id -> Text,
        starts_at -> Timestamp,
        ends_at -> Timestamp,
        scheme_code -> Text,
        scheme_version -> Integer,
        visits -> Text,
        carried_out_on -> Nullable<Date>,
        category_1 -> Integer,
        category_2 -> Integer,
        outcome -> Nullable<Text>,
        items -> Text,
        item_due_on -> Nullable<Date>,
        reinspect_on -> Nullable<Date>,
        enforcement_id -> Nullable<Text>,
        reason -> Nullable<Text>,
        ended_on -> Nullable<Date>,
        revision -> BigInt,
        planned_at -> Timestamp,
    }
}

diesel::table! {
    case_reads (id) {
        id -> Text,
        kind -> Text,
        subject_id -> Text,
        account_id -> Nullable<Text>,
        role -> Text,
        read_at -> Timestamp,
    }
}

diesel::table! {
    partners (id) {
        id -> Text,
        kind -> Text,
        party_id -> Text,
        email -> Nullable<Text>,
        agreement -> Nullable<Text>,
        agreement_ends_on -> Nullable<Date>,
        revision -> BigInt,
        created_at -> Timestamp,
    }
}

diesel::table! {
    referrals (id) {
        id -> Text,
        reference -> Text,
        direction -> Text,
        partner_id -> Text,
        state -> Text,
        address -> Text,
        property_id -> Nullable<Text>,
        concern -> Text,
        purpose -> Text,
        received_on -> Date,
        is_shared -> Bool,
        asked_id -> Nullable<Text>,
        licence_id -> Nullable<Text>,
        condition -> Nullable<Text>,
        demand_id -> Nullable<Text>,
        asked_on -> Nullable<Date>,
        act_by -> Nullable<Date>,
        act_basis -> Nullable<Text>,
        plan -> Text,
        monitor_until -> Nullable<Date>,
        outcome -> Nullable<Text>,
        reason -> Nullable<Text>,
        breach_id -> Nullable<Text>,
        enforcement_id -> Nullable<Text>,
        ended_on -> Nullable<Date>,
        entries -> Text,
        opened_by -> Nullable<Text>,
        revision -> BigInt,
        opened_at -> Timestamp,
    }
}

diesel::table! {
    calendar_feeds (account_id) {
        account_id -> Text,
        hash -> Text,
        issued_at -> Timestamp,
        revoked_at -> Nullable<Timestamp>,
        revision -> BigInt,
    }
}

diesel::table! {
    reference_requests (id) {
        id -> Text,
        reference -> Text,
        state -> Text,
        landlord_id -> Nullable<Text>,
        property_id -> Nullable<Text>,
        tenant -> Nullable<Text>,
        covers -> Nullable<Text>,
        consent_on -> Nullable<Date>,
        consent_how -> Nullable<Text>,
        received_on -> Date,
        checks -> Text,
        colour -> Nullable<Text>,
        reasons -> Nullable<Text>,
        issued_on -> Nullable<Date>,
        issued_by -> Nullable<Text>,
        letter_id -> Nullable<Text>,
        decision -> Nullable<Text>,
        decided_on -> Nullable<Date>,
        retain_until -> Date,
        disposed_on -> Nullable<Date>,
        revision -> BigInt,
        received_at -> Timestamp,
    }
}

diesel::allow_columns_to_appear_in_same_group_by_clause!(applications::area_code, fee_entries::kind);

// Only what queries join: each pair of tables costs the build a dozen implementations.
diesel::allow_tables_to_appear_in_same_query!(
    properties,
    applications,
    application_forms,
    fee_entries,
    licences,
    licence_homes,
    obligations,
    demands,
    items,
    responses,
    certificates,
    documents,
    response_documents,
    certificate_documents,
    breaches,
);
diesel::allow_tables_to_appear_in_same_query!(notices, notice_copies, appeals);
diesel::allow_tables_to_appear_in_same_query!(enforcement_cases, offences);
diesel::allow_tables_to_appear_in_same_query!(accounts, tokens, sessions);
diesel::allow_tables_to_appear_in_same_query!(reminders, items);
diesel::allow_tables_to_appear_in_same_query!(reminders, obligations);
