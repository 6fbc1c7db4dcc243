import HTTPTypes

/// A request that Graph would not carry out: the status, the code and the text it would answer.
struct GraphRefusal: Error, Equatable {
    var status: HTTPResponse.Status
    var code: String
    var message: String
    /// Further fields of the answer.
    var fields = HTTPFields()

    init(_ status: HTTPResponse.Status, _ code: String, _ message: String) {
        self.status = status
        self.code = code
        self.message = message
    }

    /// The same, and where to go on instead.
    func with(location: String) -> GraphRefusal {
        var refusal = self
        refusal.fields[.location] = location
        return refusal
    }

    func body(for request: RequestIdentity) -> JSONObject {
        var inner = JSONObject()
        inner.set("date", GraphDateTime.withoutZone(request.date))
        inner.set("request-id", request.id)
        inner.set("client-request-id", request.clientID)
        var error = JSONObject()
        error.set("code", self.code)
        error.set("message", self.message)
        error.set("innerError", inner)
        var object = JSONObject()
        object.set("error", error)
        return object
    }
}

/// Texts that are not about subscriptions or mail.
extension GraphRefusal {
    static func unknownSegment(_ segment: String) -> GraphRefusal {
        GraphRefusal(.notFound, "ResourceNotFound", "Resource not found for the segment '\(segment)'.")
    }

    static let unknownPath = GraphRefusal(.notFound, "NotFound", "There is nothing at this path: Graph is under /v1.0 and /beta.")

    static let methodNotAllowed = GraphRefusal(
        .methodNotAllowed, "Request_BadRequest", "Specified HTTP method is not allowed for the request target."
    )

    static func noResource(at uri: String) -> GraphRefusal {
        GraphRefusal(
            .notFound, "ResourceNotFound", "No HTTP resource was found that matches the request URI '\(uri)'."
        )
    }

    static let malformedBody = GraphRefusal(
        .badRequest, "BadRequest",
        "Unable to read JSON request payload. Please ensure Content-Type header is set and payload is of valid JSON format."
    )

    static let emptyBody = GraphRefusal(.badRequest, "BadRequest", "Empty Payload. JSON content expected.")

    static func bodyTooLarge(limit: Int) -> GraphRefusal {
        GraphRefusal(.contentTooLarge, "RequestEntityTooLarge", "The body of the request is larger than \(limit) bytes.")
    }

    static func unknownProperty(_ name: String, type: String) -> GraphRefusal {
        GraphRefusal(
            .badRequest, "RequestBodyRead",
            "The property '\(name)' does not exist on type '\(type)'. Make sure to only use property names that are defined by the type."
        )
    }

    static func unknownOption(_ name: String) -> GraphRefusal {
        GraphRefusal(.badRequest, "BadRequest", "This emulator does not evaluate the query option '\(name)': leave it out.")
    }

    static func invalidOption(_ name: String) -> GraphRefusal {
        GraphRefusal(.badRequest, "BadRequest", "Invalid value of the query option '\(name)'.")
    }

    static let foreignPage = GraphRefusal(
        .forbidden, "Forbidden", "This emulator answers only requests to, and from pages of, this machine's own addresses."
    )

    static func unknownUser(_ key: String) -> GraphRefusal {
        GraphRefusal(
            .notFound, "Request_ResourceNotFound",
            "Resource '\(key)' does not exist or one of its queried reference-property objects are not present."
        )
    }
}
