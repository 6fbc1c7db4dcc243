import HTTPTypes
import NIOHTTP1

/// What Graph says about subscriptions, word for word. Texts of our own say that they are about this emulator.
extension GraphRefusal {
    private static func invalid(_ message: String) -> GraphRefusal {
        GraphRefusal(.badRequest, "InvalidRequest", message)
    }

    static func malformedSubscription(_ operation: String) -> GraphRefusal {
        .invalid(
            "Could not process subscription \(operation) payload. Are all property names spelled and camelCased properly? "
                + "Also are the datetimeoffset values in a valid internet Date and Time format?"
        )
    }

    static func missingProperty(_ name: String) -> GraphRefusal {
        .invalid("\(name) is a required property for subscription creation")
    }

    static let nothingToUpdate = GraphRefusal.invalid(
        "Subscription must contain either the 'expirationDateTime' or 'notificationUrl' property and its value."
    )

    static func invalidURL(_ url: String) -> GraphRefusal { .invalid("Invalid notification url='\(url)'.") }

    static func unsupportedScheme(_ scheme: String) -> GraphRefusal {
        .invalid("NotificationUrl scheme='\(scheme)' is not supported.")
    }

    static func foreignHost(_ host: String) -> GraphRefusal {
        .invalid(
            "This emulator notifies only this machine, and '\(host)' is not a loopback address. "
                + "Its configuration can allow other hosts."
        )
    }

    static func invalidChangeType(_ word: String) -> GraphRefusal { .invalid("Invalid 'changeType' attribute: '\(word)'.") }

    static let clientStateTooLong = GraphRefusal.invalid(
        "The value of the 'clientState' property is longer than 128 characters."
    )

    static let lifecycleURLRequired = GraphRefusal.invalid(
        "lifecycleNotificationUrl is a required property for subscription creation on this resource when the "
            + "expirationDateTime value is set to greater than 1 hour"
    )

    static let webPushOnly = GraphRefusal.invalid("Web Push properties are not allowed for a webhook notificationUrl.")

    static let noResourceData = GraphRefusal.invalid(
        "Notifications of this resource have no resource data: leave out includeResourceData, or set it to false."
    )

    static let selectRequired = GraphRefusal(
        .badRequest, "ExtensionError", "select clause should be present in query string to support rich notifications"
    )

    static func tooManyPresences(limit: Int) -> GraphRefusal {
        .workload(.badRequest, "BadRequest", "The filter names more than \(limit) users.")
    }

    /// The spelling is Graph's own.
    static let presenceExists = Self.workload(
        .conflict, "Conflict", "A subscripton already exists. It must be deleted before a another can be made."
    )

    static let optionsNotSupported = GraphRefusal(
        .badRequest, "ExtensionError",
        "$top, $skip, $orderby, $select=body,uniqueBody and $expand other than "
            + "singleValueExtendedProperties,multiValueExtendedProperties are not supported in subscription resource Url."
    )

    static let unsupportedWorkload = Self.workload(.badRequest, "BadRequest", "Unsupported workload.")

    static let delegatedOnly = Self.workload(
        .badRequest, "BadRequest", "/me request is only valid with delegated authentication flow."
    )

    static func forbidden(_ operation: String, _ reason: String = "Forbidden") -> GraphRefusal {
        .workload(.forbidden, "Forbidden", reason, operation: operation)
    }

    static let unknownMailbox = Self.workload(.notFound, "NotFound", "REST API is not yet supported for this mailbox.")

    static let unknownFolder = Self.workload(
        .badRequest, "BadRequest",
        "The specified object was not found in the store., The process failed to get the correct properties."
    )

    static func tooManyForMailbox(limit: Int) -> GraphRefusal {
        .workload(
            .forbidden, "429",
            "Resource 'SubscriptionCountReached' has reached limit of '\(limit)'. Please retry after '12/31/9999 11:59:59 PM'"
        )
    }

    /// - Parameters:
    ///   - resource: The path, its keys left out.
    ///   - holder: Whose limit it is, for example `App 'c2d0…'`.
    static func tooManyOf(_ resource: String, holder: String, limit: Int, tenantID: String) -> GraphRefusal {
        .workload(
            .forbidden, "Forbidden",
            "\(holder) has reached its limit of '\(limit)' '\(resource)' subscription on tenant '\(tenantID)'"
        )
    }

    static let tooMany = Self.workload(.forbidden, "Forbidden", "Maximum number of subscriptions has been reached")

    /// - Parameters:
    ///   - expiry: What was asked for, in milliseconds since 1970.
    ///   - operation: `Create` or `Update`.
    static func expiresTooLate(
        _ expiry: Int64, workload: ResourceRule.Workload, maximumMinutes: Int64, operation: String, now: Int64
    ) -> GraphRefusal {
        guard workload != .outlook else {
            return GraphRefusal(
                .badRequest, "ExtensionError",
                "Subscription expiration can only be \(maximumMinutes) minutes in the future."
            )
        }
        return .workload(
            .badRequest, "BadRequest",
            "Expiration time '\(GraphDateTime.utc(expiry))' ('-\(Self.span(expiry - now))' from now) is beyond allowed max "
                + "'\(Self.span(maximumMinutes * 60_000))'.",
            operation: operation
        )
    }

    static func alreadyExists(_ id: String) -> GraphRefusal {
        GraphRefusal(
            .conflict, "ObjectIdentifierInUse", "Subscription Id \(id) already exists for the requested combination"
        )
    }

    static let unknownSubscription = GraphRefusal(.notFound, "ResourceNotFound", "The object was not found.")

    static let validationTimedOut = Self.validation("timed out.")

    static let validationNotOK = Self.validation(
        "failed. Notification endpoint must respond with 200 OK to validation request."
    )

    /// The newer text, which names the status: `NotFound`.
    static func validationNotOK(_ status: Int) -> GraphRefusal {
        let name = HTTPResponseStatus(statusCode: status).reasonPhrase.filter { $0 != " " }
        return .validation(
            "failed. HTTP status code is '\(name)'. Notification endpoint must respond with 200 OK to validation request."
        )
    }

    static let validationMismatch = Self.validation(
        "failed. Response must exactly match validationToken query parameter."
    )

    static let validationNotPlainText = Self.validation("failed. Content-Type of the response must be text/plain.")

    private static func validation(_ what: String) -> GraphRefusal {
        GraphRefusal(.badRequest, "ValidationError", "Subscription validation request \(what)")
    }

    /// What the workload behind Graph says, in the wrapping that Graph puts around it.
    private static func workload(
        _ status: HTTPResponse.Status, _ inner: String, _ reason: String, operation: String = "Create"
    ) -> GraphRefusal {
        GraphRefusal(
            status, "ExtensionError", "Operation: \(operation); Exception: [Status Code: \(inner); Reason: \(reason)]"
        )
    }

    /// `3.00:00:00`, with a fraction of seven digits if there is one.
    private static func span(_ milliseconds: Int64) -> String {
        func two(_ number: Int64) -> String { number < 10 ? "0\(number)" : "\(number)" }
        let seconds = milliseconds / 1000
        let fraction = milliseconds % 1000
        let digits = fraction == 0 ? "" : "." + String(String(1000 + fraction).dropFirst()) + "0000"
        return "\(seconds / 86_400).\(two(seconds / 3600 % 24)):\(two(seconds / 60 % 60)):\(two(seconds % 60))\(digits)"
    }
}
