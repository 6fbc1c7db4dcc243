import HTTPTypes

/// Who is there, and what they are doing.
extension EmulatedGraph {
    func presenceScope(_ tenantID: String) -> EntityScope {
        EntityScope(tenantID: tenantID, key: CollectionKey(.presence), context: "communications/presences")
    }

    /// Sets somebody's presence, if the two words go together in Graph.
    mutating func setPresence(
        _ availability: String, _ activity: String, of user: Entity, tenant: String, now: Int64
    ) throws(GraphRefusal) {
        guard Self.activities[availability]?.contains(activity) == true else {
            throw GraphRefusal(
                .badRequest, "InvalidArgument", "The availability and the activity are not a combination that can be set."
            )
        }
        try self.update(
            user.id, in: self.presenceScope(tenant),
            with: ["availability": .string(availability), "activity": .string(activity)], now: now
        )
    }

    private static let activities: [String: Set<String>] = [
        "Available": ["Available"], "Busy": ["Busy", "InACall", "InAConferenceCall", "InAMeeting"],
        "Away": ["Away", "OutOfOffice"], "BeRightBack": ["BeRightBack"],
        "DoNotDisturb": ["DoNotDisturb", "Presenting", "Focusing"],
        "Offline": ["Offline", "OffWork"],
    ]
}
