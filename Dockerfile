# One image for every role: docker run verticker user-api user

FROM eclipse-temurin:17-jdk AS build
WORKDIR /src
COPY .mvn .mvn
COPY mvnw pom.xml ./
COPY conf conf
COPY verticles verticles
COPY src src
# Without tests and format checks: they ran before the image is built.
RUN ./mvnw -q -ntp -B -Dmaven.test.skip -Dspotless.check.skip package

FROM eclipse-temurin:25-jre AS run
WORKDIR /app
# Owned by root and not writable by the node.
COPY --from=build /src/target/verticker.jar ./
COPY conf/jvm.options conf/
COPY conf/deploy/healthy conf/deploy/
USER 10001:10001
EXPOSE 8000 8001
HEALTHCHECK --interval=5s --timeout=4s --start-period=60s --retries=3 CMD ["/app/conf/deploy/healthy"]
STOPSIGNAL SIGTERM
ENTRYPOINT ["java", "@/app/conf/jvm.options", "-jar", "/app/verticker.jar"]
