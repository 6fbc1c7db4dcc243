extension EntityType {
    static let calendar = EntityType(
        "calendar", "calendars", .outlook,
        template: ["name": "Calendar", "color": "auto", "isDefaultCalendar": false, "changeKey": .null, "canEdit": true],
        [.text: "name color hexColor", .flag: "isDefaultCalendar", .service: "canEdit canShare canViewPrivateItems owner"]
    )

    static let event = EntityType(
        "event", "events", .outlook,
        template: [
            "createdDateTime": .null, "lastModifiedDateTime": .null, "changeKey": .null, "categories": [],
            "originalStartTimeZone": "UTC", "originalEndTimeZone": "UTC", "iCalUId": .null, "reminderMinutesBeforeStart": 15,
            "isReminderOn": true, "hasAttachments": false, "subject": "", "bodyPreview": "", "importance": "normal",
            "sensitivity": "normal", "isAllDay": false, "isCancelled": false, "isOrganizer": true, "responseRequested": true,
            "seriesMasterId": .null, "showAs": "busy", "type": "singleInstance", "webLink": .null, "isOnlineMeeting": false,
            "body": ["contentType": "text", "content": ""], "start": .null, "end": .null,
            "location": ["displayName": ""], "locations": [], "recurrence": .null, "attendees": [], "organizer": .null,
        ],
        [
            .text: "subject sensitivity showAs onlineMeetingProvider transactionId", .body: "body", .importance: "importance",
            .flag: "isAllDay isReminderOn responseRequested isOnlineMeeting allowNewTimeProposals hideAttendees",
            .integer: "reminderMinutesBeforeStart", .texts: "categories", .object: "start end location recurrence",
            .objects: "attendees locations",
            .anything: "extensions singleValueExtendedProperties multiValueExtendedProperties",
            .service: """
            bodyPreview hasAttachments iCalUId isCancelled isOrganizer organizer originalStartTimeZone originalEndTimeZone \
            seriesMasterId type webLink responseStatus onlineMeeting onlineMeetingUrl
            """,
        ]
    )
}
