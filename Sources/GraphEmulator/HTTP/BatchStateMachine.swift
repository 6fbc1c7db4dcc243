import HTTPTypes
import NIOCore

/// A `$batch`: which of its requests comes next, and what is answered in the end. Somebody else carries them out.
struct BatchStateMachine {
    struct Step {
        var id: String
        var request: EmulatorRequest
    }

    private struct Item {
        var step: Step
        var dependsOn: [String]
        var answer: JSONObject?
        var hasFailed = false
    }

    /// Graph takes no more at once.
    static let maximumCount = 20

    private var items: [Item] = []

    /// - Parameters:
    ///   - version: Of Graph, for which the whole batch is.
    ///   - outer: The request that carries the others: they are its caller's.
    init(_ body: JSONMembers, version: String, outer: EmulatorRequest) throws(GraphRefusal) {
        guard let requests = body["requests"]?.array, !requests.isEmpty else {
            throw .invalidBatch("The 'requests' property is required, and must not be empty.")
        }
        guard requests.count <= Self.maximumCount else {
            throw .invalidBatch("Number of batch request steps exceeds the maximum value of \(Self.maximumCount).")
        }
        var ids: Set<String> = []
        for value in requests {
            guard let request = value.object, let id = request["id"]?.string, !id.isEmpty else {
                throw .invalidBatch("Each request needs an 'id'.")
            }
            guard ids.insert(id.lowercased()).inserted else { throw .invalidBatch("The request id '\(id)' is not unique.") }
            let dependsOn = (request["dependsOn"]?.array ?? []).compactMap { $0.string?.lowercased() }
            self.items.append(
                Item(
                    step: Step(id: id, request: try Self.request(request, version: version, outer: outer)), dependsOn: dependsOn
                )
            )
        }
        guard self.items.allSatisfy({ ids.isSuperset(of: $0.dependsOn) }) else {
            throw .invalidBatch("A request depends on one that is not there.")
        }
    }

    /// The next request to carry out; `nil` if all are done.
    mutating func next() -> Step? {
        for index in self.items.indices where self.items[index].answer == nil {
            let needed = self.items.filter { self.items[index].dependsOn.contains($0.step.id.lowercased()) }
            if needed.contains(where: \.hasFailed) {
                self.fail(index)
            } else if needed.allSatisfy({ $0.answer != nil }) {
                return self.items[index].step
            }
        }
        // What is left waits for each other, or for what has just failed.
        for index in self.items.indices where self.items[index].answer == nil { self.fail(index) }
        return nil
    }

    mutating func finished(_ id: String, _ answer: GraphAnswer) {
        guard let index = self.items.firstIndex(where: { $0.step.id == id }) else { return }
        var headers = JSONObject()
        for name in [HTTPField.Name.contentType, .location, .retryAfter] {
            guard let value = answer.fields[name] else { continue }
            // An item says nothing of how JSON is written.
            headers.set(name.canonicalName == "content-type" ? "Content-Type" : name.rawName, String(value.prefix { $0 != ";" }))
        }
        var object = JSONObject()
        object.set("id", id)
        object.set("status", answer.status.code)
        object.set("headers", headers)
        if answer.body.readableBytes > 0 { object.set("body", json: answer.body) }
        self.items[index].answer = object
        self.items[index].hasFailed = !(200..<300).contains(answer.status.code)
    }

    /// The answer to the whole, whose items stand in no particular order.
    func body(random: inout some RandomNumberGenerator) -> JSONObject {
        var object = JSONObject()
        object.set("responses", self.items.compactMap(\.answer).shuffled(using: &random))
        return object
    }

    private mutating func fail(_ index: Int) {
        let refusal = GraphRefusal(
            HTTPResponse.Status(code: 424, reasonPhrase: "Failed Dependency"), "FailedDependency",
            "Failed Dependency because of Batch Request failed."
        )
        var error = JSONObject()
        error.set("code", refusal.code)
        error.set("message", refusal.message)
        var body = JSONObject()
        body.set("error", error)
        var object = JSONObject()
        object.set("id", self.items[index].step.id)
        object.set("status", refusal.status.code)
        object.set("headers", JSONObject())
        object.set("body", body)
        self.items[index].answer = object
        self.items[index].hasFailed = true
    }

    private static func request(
        _ value: JSONMembers, version: String, outer: EmulatorRequest
    ) throws(GraphRefusal) -> EmulatorRequest {
        guard let method = value["method"]?.string.flatMap({ HTTPRequest.Method($0.uppercased()) }),
            let url = value["url"]?.string, !url.isEmpty
        else { throw .invalidBatch("Each request needs a 'method' and a 'url'.") }
        let path = url.hasPrefix("/") ? url : "/\(url)"
        guard !path.lowercased().hasPrefix("/$batch") else { throw .invalidBatch("A batch must not contain another.") }
        var fields = HTTPFields()
        fields[.authorization] = outer.fields[.authorization]
        for header in value["headers"]?.object ?? [:] {
            guard let name = HTTPField.Name(header.name), let text = header.value.string else {
                throw .invalidBatch("The headers of a request are names with texts.")
            }
            fields[name] = text
        }
        var body = ByteBuffer()
        if let content = value["body"], content != .null {
            guard fields[.contentType] != nil else { throw .invalidBatch("A request with a body needs a Content-Type header.") }
            content.write(to: &body)
        }
        return EmulatorRequest(method, "/\(version)\(path)", authority: outer.authority, fields: fields, body: body)
    }
}

extension GraphRefusal {
    static func invalidBatch(_ message: String) -> GraphRefusal {
        GraphRefusal(.badRequest, "BadRequest", "Invalid batch payload: \(message)")
    }
}
